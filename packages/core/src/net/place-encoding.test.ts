import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groundEncodingInto, groundOctaves, placeEncodingInto, placeEncodingWidth } from "./place-encoding.js";

const octaves = 12;
const width = placeEncodingWidth(octaves);

function encoded(lat: number, lng: number): { lng: Float32Array; lat: Float32Array } {
  const out = new Float32Array(2 * width);
  placeEncodingInto(out, 0, { lat, lng }, octaves);
  return { lng: out.slice(0, width), lat: out.slice(width) };
}

const distance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((v, i) => v - b[i]));

describe("the encoding of places", () => {
  it("is sines and cosines in octaves, longitude first", () => {
    const { lng, lat } = encoded(30, -50);
    for (let k = 0; k < octaves; k++) {
      expect(lng[k]).toBeCloseTo(Math.sin((2 ** k * Math.PI * -50) / 180), 5);
      expect(lng[octaves + k]).toBeCloseTo(Math.cos((2 ** k * Math.PI * -50) / 180), 5);
      expect(lat[k]).toBeCloseTo(Math.sin((2 ** k * Math.PI * 30) / 180), 5);
    }
  });

  it("keeps the poles apart: over −1…1 they would be one point", () => {
    const [north, south] = [encoded(90, 0).lat, encoded(-90, 0).lat];
    expect(distance(north, south)).toBeCloseTo(2, 6);
  });

  it("takes both names of the date line for one meridian, to the bit", () => {
    expect(encoded(12, 180).lng).toEqual(encoded(12, -180).lng);
  });

  it("is near on either side of the date line, at every octave whose wavelength is long enough", () => {
    const [west, east] = [encoded(0, 179.99).lng, encoded(0, -179.99).lng];
    for (const k of [0, 1, 2, 3, 4, 5]) expect(Math.abs(west[k] - east[k])).toBeLessThan(0.02);
  });

  it("tells places of the globe apart", () => {
    const lat = fc.double({ min: -90, max: 90, noNaN: true });
    const lng = fc.double({ min: -180, max: 179.9, noNaN: true });
    fc.assert(
      fc.property(lat, lat, lng, lng, (a, b, c, d) => {
        // A thousandth of a degree is some hundred metres.
        if (Math.abs(a - b) > 1e-3) expect(distance(encoded(a, 0).lat, encoded(b, 0).lat)).toBeGreaterThan(1e-4);
        const apart = Math.min(Math.abs(c - d), 360 - Math.abs(c - d));
        if (apart > 1e-3) expect(distance(encoded(0, c).lng, encoded(0, d).lng)).toBeGreaterThan(1e-4);
      }),
    );
  });

  it("means the same by a degree of either", () => {
    expect(encoded(37, 37).lat).toEqual(encoded(37, 37).lng);
  });

  it("tells widths of ground apart from 100 to 1,600 km", () => {
    const at = (km: number) => {
      const out = new Float32Array(2 * groundOctaves);
      groundEncodingInto(out, 0, km);
      return out;
    };
    const widths = [100, 141, 200, 283, 400, 566, 800, 1131, 1600];
    for (const a of widths) for (const b of widths) if (a !== b) expect(distance(at(a), at(b))).toBeGreaterThan(0.5);
  });
});
