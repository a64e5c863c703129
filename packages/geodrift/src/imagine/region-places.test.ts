import { type Prior, toLatLng } from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { placesWithin } from "./region-places.js";

const north: Prior = (v) => (v[2] > 0 ? 1 : 0);

describe("places of a region", () => {
  it("lie in it, are different, and as many as are wanted", () => {
    for (const count of [1, 7, 500, 3000]) {
      const places = placesWithin(north, count);
      expect(new Set(places.map((p) => JSON.stringify(p))).size).toBe(count);
      expect(places.every(({ lat }) => lat > 0)).toBe(true);
    }
  });

  it("are spread evenly over it", () => {
    const places = placesWithin(north, 1000);
    // Half of the hemisphere's area lies below 30°.
    expect(places.filter(({ lat }) => lat < 30).length / 1000).toBeCloseTo(0.5, 2);
  });

  it("are as dense as the region weighs", () => {
    const heavier: Prior = (v) => (toLatLng(v).lng > 0 ? 3 : 1);
    const east = placesWithin(heavier, 400).filter(({ lng }) => lng > 0).length;
    expect(east / 400).toBeCloseTo(0.75, 2);
  });

  it("are those that there are in a small one, and none in too small a one", () => {
    const cap =
      (cosine: number): Prior =>
      (v) =>
        v[2] > cosine ? 1 : 0;
    const few = placesWithin(cap(Math.cos(0.004)), 1000);
    expect(few.length).toBeGreaterThan(1);
    expect(few.length).toBeLessThan(20);
    expect(() => placesWithin(cap(1), 5)).toThrow("the region is too small to find places in");
  });
});
