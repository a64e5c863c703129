import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { archive, png } from "../../../../test/library/archive.js";
import { checkedPictureFile } from "./paths.js";
import { thumbnail } from "./thumbnails.js";

const { scanned, folder } = archive();
const picture = await png(1, 300, 150);

describe("the file of a picture", () => {
  it("lies in the folder that was added", async () => {
    const { library, root, id } = await scanned({ "x/a.png": picture, ".hidden.png": picture });
    for (const [path, number] of Object.entries(id))
      expect(await checkedPictureFile(library, number)).toBe(join(root, path));
    // Names that begin with a dot are hidden.
    expect(Object.keys(id)).toEqual(["x/a.png"]);
  });

  it.each<[string, (root: string) => void, string]>([
    ["gone", (root) => rmSync(join(root, "x/a.png")), "the picture is gone"],
    ["gone with its folder", (root) => rmSync(root, { recursive: true }), "the picture is gone"],
    [
      "in what has become a file",
      (root) => {
        rmSync(join(root, "x"), { recursive: true });
        writeFileSync(join(root, "x"), "");
      },
      "the picture is gone",
    ],
    [
      "a folder by now",
      (root) => {
        rmSync(join(root, "x/a.png"));
        mkdirSync(join(root, "x/a.png"));
      },
      "is no longer a file of its own",
    ],
    [
      "a link by now",
      (root) => {
        renameSync(join(root, "x/a.png"), join(root, "b"));
        symlinkSync(join(root, "b"), join(root, "x/a.png"));
      },
      "is no longer a file of its own",
    ],
    [
      "in a folder that is a link by now",
      (root) => {
        renameSync(join(root, "x"), join(root, "y"));
        symlinkSync(join(root, "y"), join(root, "x"));
      },
      "lies behind a link",
    ],
    [
      "in a link to somewhere else",
      (root) => {
        rmSync(join(root, "x"), { recursive: true });
        symlinkSync(folder({ "a.png": picture }), join(root, "x"));
      },
      "lies behind a link",
    ],
  ])("that is %s is not there", async (_, change, words) => {
    const { library, root, id } = await scanned({ "x/a.png": picture });
    change(root);
    const check = checkedPictureFile(library, id["x/a.png"]);
    await expect(check).rejects.toMatchObject({ code: "not-found", message: expect.stringContaining(words) });
  });

  it("of an unknown number is not there", async () => {
    const { library } = await scanned({});
    await expect(checkedPictureFile(library, 5)).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("a thumbnail", () => {
  it("is a WebP of the longer side, and never larger than the picture", async () => {
    const { library, id } = await scanned({ "a.png": picture });
    for (const [size, width] of [
      ["small", 240],
      ["large", 300],
    ] as const) {
      const bytes = await thumbnail(library, id["a.png"], size);
      expect(await sharp(bytes).metadata()).toMatchObject({ format: "webp", width, height: width / 2 });
    }
  });

  it("is turned as EXIF says, and holds no metadata", async () => {
    const photo = await sharp(picture)
      .withMetadata({ orientation: 6 })
      .withExifMerge({ IFD0: { Make: "Maker" } })
      .jpeg()
      .toBuffer();
    const { library, id } = await scanned({ "a.jpg": photo });
    const { width, height, exif } = await sharp(await thumbnail(library, id["a.jpg"], "small")).metadata();
    expect([width, height, exif]).toEqual([120, 240, undefined]);
  });

  it("is kept by the hash of the picture: it is there when the picture is away", async () => {
    const { library, root, id } = await scanned({ "a.png": picture });
    const made = await thumbnail(library, id["a.png"], "small");
    rmSync(join(root, "a.png"));
    expect(Buffer.from(made).equals(await thumbnail(library, id["a.png"], "small"))).toBe(true);
    const sha256 = library.store.pictures.get(id["a.png"]).sha256 ?? "";
    const kept = join(library.folder, "thumbnails", sha256.slice(0, 2), `${sha256}-small.webp`);
    expect(readFileSync(kept).equals(made)).toBe(true);
    await expect(thumbnail(library, id["a.png"], "large")).rejects.toMatchObject({ message: "the picture is gone" });
  });

  it("is made again where there is no room to keep it", async () => {
    const { library, id } = await scanned({ "a.png": picture });
    writeFileSync(join(library.folder, "thumbnails"), "a file in its way");
    for (let i = 0; i < 2; i++) expect((await thumbnail(library, id["a.png"], "small")).length).toBeGreaterThan(0);
  });

  it("of what is no picture, or cannot be read, is none", async () => {
    const { library, id } = await scanned({ "letter.png": "Dear Sir or Madam", "empty.png": "" });
    await expect(thumbnail(library, id["letter.png"], "small")).rejects.toMatchObject({
      ...{ code: "picture", message: expect.stringMatching(/^the picture cannot be decoded \(.+\)$/) },
    });
    await expect(thumbnail(library, id["empty.png"], "small")).rejects.toMatchObject({ code: "not-found" });
    await expect(thumbnail(library, 99, "small")).rejects.toMatchObject({ code: "not-found" });
  });
});
