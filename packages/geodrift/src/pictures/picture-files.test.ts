import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isPictureFile, pictureFiles } from "./picture-files.js";

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
]) {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), "");
}
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
      "odd [2]/g.jpg",
    ]);
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
    ["a.svg", false],
  ])("%s: a picture's is %s", (name, is) => {
    expect(isPictureFile(name)).toBe(is);
  });
});
