import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import type { Picture } from "../pictures/picture.js";
import { otherPictures, pattern } from "./other-pictures.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-others-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function all(from: string, seed = 1): Promise<Picture[]> {
  const seen: Picture[] = [];
  for await (const picture of otherPictures(from, 16, seed)) seen.push(picture);
  return seen;
}
const flat = (width: number, height: number, alpha: number) =>
  sharp({ create: { width, height, channels: 4, background: { r: 200, g: 100, b: 50, alpha } } }).png();

describe("pictures of anything else", () => {
  it("are squares of a folder's pictures, more of large ones, the same from the same seed", async () => {
    await flat(300, 200, 1).toFile(join(folder, "opaque.png"));
    await flat(60, 60, 0).toFile(join(folder, "transparent.png"));
    writeFileSync(join(folder, "broken.jpg"), "no picture");
    const pictures = await all(folder);
    // 200 pixels give four squares, 60 one; those that would be too small are left out.
    expect(pictures.length).toBeGreaterThan(2);
    expect(pictures.length).toBeLessThanOrEqual(5);
    for (const { width, height, data } of pictures) expect([width, height, data.length]).toEqual([16, 16, 768]);
    expect([...pictures[0].data.slice(0, 3)]).toEqual([200, 100, 50]);
    // What shows through is some colour, the same all over.
    const through = pictures[pictures.length - 1].data;
    expect([...through.slice(0, 3)]).not.toEqual([200, 100, 50]);
    expect(new Set(through).size).toBeLessThanOrEqual(3);
    expect((await all(folder))[1].data).toEqual(pictures[1].data);
  });
  it("must be there", async () => {
    const empty = mkdtempSync(join(folder, "empty-"));
    writeFileSync(join(empty, "a.jpg"), "nothing");
    await expect(all(empty)).rejects.toThrow(`${empty}: holds no pictures that can be read`);
  });
});

it("patterns are the same from the same seed, of many kinds", () => {
  const patterns = Array.from({ length: 60 }, (_, i) => pattern(16, 5, i));
  for (const { data } of patterns) expect(data.length).toBe(768);
  expect(pattern(16, 5, 7).data).toEqual(patterns[7].data);
  const colours = patterns.map(
    ({ data }) => new Set(Array.from({ length: 256 }, (_, i) => data.slice(3 * i, 3 * i + 3).join())).size,
  );
  expect(Math.min(...colours)).toBe(1);
  expect(Math.max(...colours)).toBe(256);
});
