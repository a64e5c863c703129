import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { archive, png } from "../../../../test/library/archive.js";
import { thumbnail } from "./thumbnails.js";

const { scanned } = archive();
const picture = await png(1, 300, 150);

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
    const sha256 = (await library.store.pictures.get(id["a.png"])).sha256 ?? "";
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
    const photo = await sharp(picture).jpeg().toBuffer();
    const cut = photo.subarray(0, photo.length / 2);
    const { library, id } = await scanned({ "letter.png": "Dear Sir or Madam", "empty.png": "", "cut.jpg": cut });
    await expect(thumbnail(library, id["cut.jpg"], "small")).rejects.toMatchObject({
      ...{ code: "picture", message: "the picture is truncated" },
    });
    await expect(thumbnail(library, id["letter.png"], "small")).rejects.toMatchObject({
      ...{ code: "picture", message: expect.stringMatching(/^not a picture in a known format/) },
    });
    await expect(thumbnail(library, id["empty.png"], "small")).rejects.toMatchObject({ code: "not-found" });
    await expect(thumbnail(library, 99, "small")).rejects.toMatchObject({ code: "not-found" });
  });
});
