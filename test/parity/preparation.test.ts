import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { colours, decodeSquare, planesInto } from "geodrift/pictures";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { gap, json, present } from "./reference.js";

const folder = fileURLToPath(new URL("../../../shared/parity/preproc/", import.meta.url));
const cases = present ? json("preproc/preproc.json") : [];
const encoders = [
  ["dinov2", "crop-resize", colours.imagenet],
  ["clip", "resize-crop", colours.clip],
] as const;

describe.skipIf(!present)("squares and normalised values against the official preprocessing", () => {
  for (const [name, square, own] of encoders)
    it(`${name}: every pixel is theirs, and what follows`, async () => {
      for (const { image, points, [`${name}_mean`]: means } of cases) {
        const picture = await decodeSquare(await readFile(folder + image), { size: 336, square });
        const expected = await sharp(folder + image.replace(".png", `.${name}_336.png`))
          .raw()
          .toBuffer();
        expect(gap(picture.data, expected), image).toBe(0);
        const planes = new Float32Array(3 * 336 * 336);
        planesInto(planes, 0, expected, 3, 336 * 336, own);
        for (const { chw, [name]: value } of points) {
          const own = planes[chw[0] * 336 * 336 + chw[1] * 336 + chw[2]];
          // The official DINOv2 pipeline rounds to single precision at each of its three steps, ours in the end.
          if (name === "clip") expect(own).toBe(Math.fround(value));
          else expect(Math.abs(own - value)).toBeLessThan(2.5e-7);
        }
        planesInto(planes, 0, picture.data, 3, 336 * 336, own);
        for (const c of [0, 1, 2]) {
          const plane = planes.subarray(c * 336 * 336, (c + 1) * 336 * 336);
          expect(plane.reduce((a, b) => a + b, 0) / plane.length).toBeCloseTo(means[c], 4);
        }
      }
    });
});
