import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutCircle } from "./circle.js";

/** Twice the signed area of a closed ring in the plane: positive if counter-clockwise. */
const area2 = (ring: number[][]) => ring.slice(1).reduce((s, [x, y], i) => s + (ring[i][0] * y - x * ring[i][1]), 0);

describe("circles in files", () => {
  it("stay on the map, run counter-clockwise and close, wherever they lie", () => {
    const place = fc.record({
      lat: fc.double({ min: -90, max: 90, noNaN: true }),
      lng: fc.double({ min: -180, max: 180, noNaN: true }),
    });
    fc.assert(
      fc.property(place, fc.double({ min: 1, max: 5000, noNaN: true }), (p, radius) => {
        const { coordinates } = cutCircle(p, radius);
        expect(coordinates.length).toBeGreaterThan(0);
        for (const [ring] of coordinates) {
          expect(ring[0]).toEqual(ring[ring.length - 1]);
          for (const [x, y] of ring) expect(Math.abs(x) <= 180 + 1e-9 && Math.abs(y) <= 90 + 1e-9).toBe(true);
          expect(area2(ring)).toBeGreaterThanOrEqual(-1e-6);
        }
      }),
    );
  });
  it("are cut in two at the date line, and reach the pole that they hold", () => {
    expect(cutCircle({ lat: -17, lng: 179.5 }, 300).coordinates.length).toBe(2);
    const pole = cutCircle({ lat: 89, lng: 10 }, 500).coordinates.flat(2);
    expect(Math.max(...pole.map(([, y]) => y))).toBe(90);
    expect(Math.max(...pole.map(([x]) => x)) - Math.min(...pole.map(([x]) => x))).toBeCloseTo(360, 6);
  });
});
