import { angleBetween, binOf } from "@geodrift/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toldAzimuths } from "./landmark.js";

const around = Float32Array.from({ length: 3600 }, (_, k) => k / 10);

describe("azimuths as a training tells them", () => {
  it("are the middles of their bins, of as many as are asked for", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 360 }), (bins) => {
        const told = toldAzimuths(around, { bins, seed: 1 });
        expect(new Set(told).size).toBe(bins);
        told.forEach((azimuth, k) => {
          expect(angleBetween(azimuth, around[k])).toBeLessThanOrEqual(180 / bins + 1e-3);
        });
      }),
      { numRuns: 20 },
    );
    expect(Array.from(toldAzimuths(around, { bins: 36, seed: 1 }), binOf)).toEqual(Array.from(around, binOf));
  });
  it("are what they are without bins, and as far off as is asked for with noise", () => {
    expect(toldAzimuths(around, { seed: 1 })).toEqual(around);
    const off = toldAzimuths(around, { seed: 1, azimuthNoise: 20 }).map((azimuth, k) =>
      angleBetween(azimuth, around[k]),
    );
    expect(Math.sqrt(off.reduce((sum, d) => sum + d * d, 0) / off.length)).toBeCloseTo(20, -0.5);
    expect(toldAzimuths(around, { seed: 1, azimuthNoise: 20 })).toEqual(
      toldAzimuths(around, { seed: 1, azimuthNoise: 20 }),
    );
    expect(toldAzimuths(around, { seed: 2, azimuthNoise: 20 })).not.toEqual(
      toldAzimuths(around, { seed: 1, azimuthNoise: 20 }),
    );
    expect(Math.max(...toldAzimuths(around, { seed: 1, azimuthNoise: 90 }))).toBeLessThanOrEqual(360);
  });
});
