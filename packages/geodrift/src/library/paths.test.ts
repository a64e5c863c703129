import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { archive, png } from "../../../../test/library/archive.js";
import { checkedPictureFile } from "./paths.js";

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
