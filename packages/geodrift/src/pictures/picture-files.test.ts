import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { pictureFiles } from "./picture-files.js";
import { isPictureFile } from "./picture-names.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-named-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
for (const name of [
  "b.jpg",
  "a.PNG",
  "notes.txt",
  "raw.bin",
  "deep/er/c.webp",
  "deep/d.jpeg",
  ".hidden/e.jpg",
  "deep/.f.jpg",
  "[odd] (1).jpg",
  "odd [2]/g.jpg",
  "none/readme.md",
  "nas/@eaDir/x.jpg/SYNOPHOTO_THUMB_M.jpg",
  "nas/#recycle/old.jpg",
  "nas/$RECYCLE.BIN/older.jpg",
  "nas/kept.CR2",
]) {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), "");
}
mkdirSync(at("links/sub"), { recursive: true });
writeFileSync(at("links/one.jpg"), "");
symlinkSync("..", at("links/sub/loop"));
symlinkSync("one.jpg", at("links/two.jpg"));
const names = async (...given: string[]): Promise<string[]> =>
  (await pictureFiles(given.map(at))).map(
    (n) => n.file.slice(folder.length + 1) + ("error" in n ? ` (${n.error.message})` : ""),
  );

describe("names on a command line", () => {
  it("of files stand for themselves, whatever their ending, and whether they are there", async () => {
    expect(await names("raw.bin", "b.jpg", "missing.jpg")).toEqual(["raw.bin", "b.jpg", "missing.jpg"]);
  });
  it("of folders stand for the pictures in them, at any depth, sorted, hidden ones left out", async () => {
    expect(await names("deep")).toEqual(["deep/d.jpeg", "deep/er/c.webp"]);
    expect(await names("")).toEqual([
      "[odd] (1).jpg",
      "a.PNG",
      "b.jpg",
      "deep/d.jpeg",
      "deep/er/c.webp",
      "links/one.jpg",
      "nas/kept.CR2",
      "odd [2]/g.jpg",
    ]);
  });
  it("follow no links, and leave out thumbnails of network drives and what was thrown away", async () => {
    expect(await names("links", "nas")).toEqual(["links/one.jpg", "nas/kept.CR2"]);
    expect(await names("nas/**/*.jpg")).toEqual(["nas/**/*.jpg (no picture matches the pattern)"]);
  });
  it("with signs of patterns in them are names first", async () => {
    expect(await names("[odd] (1).jpg", "odd [2]")).toEqual(["[odd] (1).jpg", "odd [2]/g.jpg"]);
  });
  it("that are patterns stand for the pictures that match", async () => {
    expect(await names("*")).toEqual(["[odd] (1).jpg", "a.PNG", "b.jpg"]);
    expect(await names("deep/**/*.{jpeg,webp}")).toEqual(["deep/d.jpeg", "deep/er/c.webp"]);
  });
  it("keep their order, and each that stands for none says why", async () => {
    expect(await names("none", "b.jpg", "*.gif", "*.txt", "deep")).toEqual([
      "none (the folder holds no pictures)",
      "b.jpg",
      "*.gif (no picture matches the pattern)",
      "*.txt (no picture matches the pattern)",
      "deep/d.jpeg",
      "deep/er/c.webp",
    ]);
    const [first] = await pictureFiles([at("none")]);
    expect("error" in first && first.error.code).toBe("not-found");
  });
  it.each([
    ["a.jpg", true],
    ["a.JPEG", true],
    ["x/y.Heic", true],
    ["a.b.tiff", true],
    ["a.jpg.txt", false],
    ["jpg", false],
    [".jpg", false],
    ["a.CR3", true],
    ["a.jfif", true],
    ["a.mpo", true],
    ["a.jxl", true],
    ["SYNOPHOTO_THUMB_M.jpg", false],
    ["a.svg", false],
  ])("%s: a picture's is %s", (name, is) => {
    expect(isPictureFile(name)).toBe(is);
  });
});
