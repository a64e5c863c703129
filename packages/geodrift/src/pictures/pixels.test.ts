import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dropAlpha, enlarged, type Picture } from "./picture.js";
import { planesInto } from "./planes.js";
import { colours } from "./preparation.js";
import { resizeBicubic } from "./resample.js";
import { squareOf } from "./square.js";

const drawn = (width: number, height: number, of: (x: number, y: number, c: number) => number): Picture => ({
  width,
  height,
  data: Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return of(pixel % width, Math.floor(pixel / width), i % 3);
  }),
});
const size = fc.integer({ min: 1, max: 24 });
const pictures = fc
  .tuple(size, size)
  .chain(([width, height]) =>
    fc
      .uint8Array({ minLength: 3 * width * height, maxLength: 3 * width * height })
      .map((data): Picture => ({ width, height, data })),
  );
const all = ({ width, height }: { width: number; height: number }) => ({ left: 0, top: 0, width, height });

describe("planes of numbers", () => {
  it("are the bytes of each colour, standardised, at their place", () => {
    fc.assert(
      fc.property(pictures, fc.constantFrom(3, 4), fc.nat(5), ({ width, height, data }, channels, offset) => {
        const n = width * height;
        const bytes = new Uint8Array(n * channels).fill(99);
        for (let i = 0; i < n; i++) bytes.set(data.subarray(3 * i, 3 * i + 3), i * channels);
        const out = new Float32Array(offset + 3 * n + 1).fill(-7);
        planesInto(out, offset, bytes, channels, n, colours.clip);
        const { mean, std } = colours.clip;
        for (let c = 0; c < 3; c++)
          for (let i = 0; i < n; i++)
            expect(out[offset + c * n + i]).toBeCloseTo((data[3 * i + c] / 255 - mean[c]) / std[c], 5);
        expect([...out.subarray(0, offset), out[out.length - 1]]).toEqual(new Array(offset + 1).fill(-7));
      }),
      { numRuns: 40 },
    );
  });
});

describe("pixels", () => {
  it("lose their alpha and nothing else", () => {
    expect(dropAlpha(Uint8Array.of(1, 2, 3, 0, 4, 5, 6, 255))).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
  });
  it("become squares of themselves", () => {
    fc.assert(
      fc.property(pictures, fc.integer({ min: 1, max: 4 }), (picture, times) => {
        const { width, height, data } = enlarged(picture, times);
        expect([width, height]).toEqual([picture.width * times, picture.height * times]);
        const [x, y] = [width - 1, Math.floor(height / 2)];
        const from = 3 * (Math.floor(y / times) * picture.width + Math.floor(x / times));
        expect(data.subarray(3 * (y * width + x)).subarray(0, 3)).toEqual(picture.data.subarray(from, from + 3));
        expect(data.reduce((a, b) => a + b, 0)).toBe(times * times * picture.data.reduce((a, b) => a + b, 0));
      }),
      { numRuns: 40 },
    );
  });
});

describe("bicubic resizing", () => {
  it("to the same size changes nothing, and a window of it is a part of it", () => {
    fc.assert(
      fc.property(pictures, (picture) => {
        expect(resizeBicubic(picture, all(picture), picture, all(picture))).toEqual(picture);
        const [left, top] = [picture.width >> 1, picture.height >> 1];
        const window = { left, top, width: picture.width - left, height: picture.height - top };
        const part = resizeBicubic(picture, all(picture), picture, window);
        expect(part).toEqual(resizeBicubic(picture, window, window, all(window)));
      }),
    );
  });
  it("of one colour is that colour, at every size", () => {
    fc.assert(
      fc.property(size, size, size, size, fc.nat(255), (w, h, width, height, v) => {
        const out = resizeBicubic(
          drawn(w, h, () => v),
          all({ width: w, height: h }),
          { width, height },
          all({ width, height }),
        );
        expect(out.data).toEqual(new Uint8Array(3 * width * height).fill(v));
      }),
    );
  });
  it("commutes with turning over and with turning by a right angle", () => {
    const seen = (p: Picture, x: number, y: number, c: number) => p.data[3 * (y * p.width + x) + c];
    fc.assert(
      fc.property(pictures, size, size, (picture, width, height) => {
        const { width: w, height: h } = picture;
        const out = resizeBicubic(picture, all(picture), { width, height }, all({ width, height }));
        const over = drawn(w, h, (x, y, c) => seen(picture, w - 1 - x, y, c));
        const overOut = resizeBicubic(over, all(over), { width, height }, all({ width, height }));
        for (let i = 0; i < 3 * width * height; i += 7) {
          const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
          // Centres of pixels are not quite mirrored in floating point, and neither are the roundings.
          expect(Math.abs(seen(overOut, width - 1 - x, y, i % 3) - out.data[i])).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 60 },
    );
  });
  it("keeps a ramp a ramp, but for the border", () => {
    const ramp = drawn(40, 4, (x) => 6 * x);
    const out = resizeBicubic(ramp, all(ramp), { width: 20, height: 4 }, all({ width: 20, height: 4 }));
    for (let x = 2; x < 18; x++) expect(Math.abs(out.data[3 * x] - 6 * (2 * x + 0.5))).toBeLessThanOrEqual(1);
  });
});

describe("the square of a picture", () => {
  const stripes = drawn(30, 10, (x) => (x < 10 ? 10 : x < 20 ? 120 : 240));
  it.each(["crop-resize", "resize-crop"] as const)("is its middle (%s), lying or standing", (square) => {
    const standing = drawn(10, 30, (_, y) => (y < 10 ? 10 : y < 20 ? 120 : 240));
    for (const picture of [stripes, standing]) {
      const { width, height, data } = squareOf(picture, { size: 10, square });
      expect([width, height]).toEqual([10, 10]);
      expect([...new Set(data)]).toEqual([120]);
    }
  });
  it("is cut from more where the shorter side is left longer", () => {
    const rings = drawn(40, 40, (x, y) => (Math.max(Math.abs(x - 19.5), Math.abs(y - 19.5)) < 10 ? 200 : 0));
    const cut = squareOf(rings, { size: 10, square: "resize-crop", shorter: 20 });
    expect(cut.data[3 * (5 * 10 + 5)]).toBe(200);
    expect(squareOf(rings, { size: 10, square: "resize-crop" }).data[0]).toBe(0);
    expect(cut.data[3 * (1 * 10 + 1)]).toBeGreaterThan(150);
  });
});
