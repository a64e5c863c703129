import { distanceKm } from "@geodrift/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boxOf, fromMap, onMap, pathOf } from "./flat.js";

const places = fc.record({
  lat: fc.double({ min: -85, max: 85, noNaN: true }),
  lng: fc.double({ min: -180, max: 179.999, noNaN: true }),
});

describe("the flat map", () => {
  it("gives back the places that it shows, on whichever side of the date line", () => {
    fc.assert(
      fc.property(places, fc.integer({ min: -1, max: 1 }), (place, turns) => {
        const [x, y] = onMap(place);
        expect(x >= 0 && x <= 1 && y >= 0 && y <= 1).toBe(true);
        expect(distanceKm(fromMap(x + turns, y), place)).toBeLessThan(1e-3);
      }),
    );
    expect(onMap({ lat: 90, lng: 0 })[1]).toBeCloseTo(0, 4);
  });

  it("shows a focus in its middle, a circle's radius to every side, and never what lies beyond the poles", () => {
    fc.assert(
      fc.property(places, fc.double({ min: 100, max: 3000, noNaN: true }), ({ lat, lng }, radiusKm) => {
        const { x, y, width, height } = boxOf({ lat, lng, radiusKm });
        expect([width === height, y >= 0, y + height <= 1 + 1e-12]).toEqual([true, true, true]);
        const [ownX, ownY] = onMap({ lat, lng });
        expect(x + width / 2).toBeCloseTo(ownX, 9);
        expect(ownY >= y - 1e-9 && ownY <= y + height + 1e-9).toBe(true);
        if (Math.abs(lat) > 60 || radiusKm > 1000) return;
        const west = fromMap(x, ownY);
        expect(distanceKm(west, { lat, lng }) / radiusKm).toBeCloseTo(1, 1);
      }),
    );
    expect(boxOf(undefined)).toEqual({ x: 0, y: 0, width: 1, height: 1 });
    expect(boxOf({ lat: 10, lng: 20, radiusKm: "globe" })).toEqual({ x: 0, y: 0, width: 1, height: 1 });
  });

  it("draws lines", () => {
    expect(
      pathOf([
        [-180, 0],
        [180, 0],
        [190, 0],
      ]),
    ).toBe("M0.0000000,0.5000000L1.0000000,0.5000000L1.0277778,0.5000000");
  });
});
