import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accuracyRadiiKm, distanceMetrics, geoScore } from "./distance.js";

const distances = fc.array(fc.double({ min: 0, max: 20_015, noNaN: true }), { minLength: 1, maxLength: 30 });

describe("metrics of distances", () => {
  it("are those of sorting and counting, and do not depend on the order", () => {
    fc.assert(
      fc.property(distances, (km) => {
        const got = distanceMetrics(km);
        const sorted = [...km].sort((a, b) => a - b);
        const half = km.length >> 1;
        const median = km.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        expect(got.n).toBe(km.length);
        expect(got.medianKm).toBe(median);
        expect(got.meanKm).toBeCloseTo(km.reduce((a, b) => a + b) / km.length, 8);
        expect(got.accuracy).toEqual(
          accuracyRadiiKm.map((r) => expect.closeTo(km.filter((d) => d < r).length / km.length, 12)),
        );
        expect(distanceMetrics(km.toReversed())).toEqual(got);
      }),
    );
  });
  it("count a guess on the rim of a radius as outside", () => {
    expect(distanceMetrics([1, 25, 200, 750, 2500]).accuracy.map((a) => Math.round(5 * a))).toEqual([0, 1, 2, 3, 4]);
  });
  it("are perfect for guesses that are right, and refuse to be of nothing", () => {
    expect(distanceMetrics([0, 0])).toEqual({
      n: 2,
      meanKm: 0,
      medianKm: 0,
      meanGeoScore: 5000,
      accuracy: [1, 1, 1, 1, 1],
    });
    expect(() => distanceMetrics([])).toThrow(RangeError);
  });
  it("do not sort the caller's distances", () => {
    const km = Float64Array.of(3, 1, 2);
    distanceMetrics(km);
    expect([...km]).toEqual([3, 1, 2]);
  });
});

describe("the GeoScore", () => {
  it("falls from 5000, by half every 1034.7 km", () => {
    const distance = fc.double({ min: 0, max: 15_000, noNaN: true });
    expect(geoScore(0)).toBe(5000);
    fc.assert(
      fc.property(distance, (km) => {
        expect(geoScore(km + 1492.7 * Math.LN2) / geoScore(km)).toBeCloseTo(0.5, 12);
        expect(geoScore(km)).toBeGreaterThan(geoScore(km + 1));
      }),
    );
  });
});
