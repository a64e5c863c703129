import { distanceKm, Generator, type LatLng } from "@geodrift/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawDiscs, drawNear, isHeldOut } from "./held-out.js";

describe("held-out discs", () => {
  const north = ({ lat }: LatLng) => lat > 0;

  it("lie on land and apart, the same for the same seed", () => {
    const discs = drawDiscs(12, 750, 1, north);
    for (const [i, a] of discs.entries()) {
      expect(north(a)).toBe(true);
      for (const b of discs.slice(i + 1)) expect(distanceKm(a, b)).toBeGreaterThanOrEqual(1500);
    }
    expect(drawDiscs(12, 750, 1, north)).toEqual(discs);
    expect(drawDiscs(12, 750, 2, north)).not.toEqual(discs);
  });

  it("say so when there is no room for them", () => {
    expect(() => drawDiscs(50, 5000, 1, north)).toThrow("held-out discs: 50 of radius 5000 km have no room on land");
  }, 20_000);

  it("hold what is nearer to a middle than their radius", () => {
    const heldOut = { discs: [{ lat: 0, lng: 179.9 }], radiusKm: 750 };
    expect(isHeldOut(heldOut, { lat: 0, lng: -179.9 })).toBe(true);
    expect(isHeldOut(heldOut, { lat: 0, lng: 170 })).toBe(false);
  });

  it("have test places near their middle, over poles and the date line as well, evenly", () => {
    const lat = fc.double({ min: -90, max: 90, noNaN: true });
    const lng = fc.double({ min: -180, max: 180, noNaN: true });
    fc.assert(
      fc.property(lat, lng, fc.integer(), (a, b, seed) => {
        expect(distanceKm(drawNear({ lat: a, lng: b }, 150, new Generator(seed)), { lat: a, lng: b })).toBeLessThan(
          150.001,
        );
      }),
    );
    const random = new Generator(1);
    const within = Array.from({ length: 4000 }, () =>
      distanceKm(drawNear({ lat: 88, lng: 0 }, 150, random), { lat: 88, lng: 0 }),
    );
    // Half of the disc's area lies within 1/√2 of its radius.
    expect(within.filter((km) => km < 150 / Math.SQRT2).length / 4000).toBeCloseTo(0.5, 1);
  });
});
