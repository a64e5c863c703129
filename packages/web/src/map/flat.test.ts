import { distanceKm } from "@geodrift/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boxOf, fromMap, movedFocus, onMap, pathOf, world } from "./flat.js";

const places = fc.record({
  lat: fc.double({ min: -85, max: 85, noNaN: true }),
  lng: fc.double({ min: -180, max: 179.999, noNaN: true }),
});

describe("the flat map", () => {
  it("gives back the places that it shows, on whichever side of the date line", () => {
    fc.assert(
      fc.property(places, fc.integer({ min: -1, max: 1 }), (place, turns) => {
        const [x, y] = onMap(place);
        expect([x, y].every((v) => v >= 0 && v <= world)).toBe(true);
        expect(distanceKm(fromMap(x + turns * world, y), place)).toBeLessThan(1e-3);
      }),
    );
    expect(onMap({ lat: 90, lng: 0 })[1]).toBeCloseTo(0, 0);
  });

  it("shows a focus in its middle, a circle's radius to every side, and never what lies beyond the poles", () => {
    fc.assert(
      fc.property(places, fc.double({ min: 100, max: 3000, noNaN: true }), ({ lat, lng }, radiusKm) => {
        const { x, y, width, height } = boxOf({ lat, lng, radiusKm });
        expect([width === height, y >= 0, y + height <= world + 1e-8]).toEqual([true, true, true]);
        const [ownX, ownY] = onMap({ lat, lng });
        expect(x + width / 2).toBeCloseTo(ownX, 5);
        expect(ownY >= y - 1e-5 && ownY <= y + height + 1e-5).toBe(true);
        if (Math.abs(lat) > 60 || radiusKm > 1000) return;
        const west = fromMap(x, ownY);
        expect(distanceKm(west, { lat, lng }) / radiusKm).toBeCloseTo(1, 1);
      }),
    );
    expect(boxOf(undefined)).toEqual({ x: 0, y: 0, width: world, height: world });
    expect(boxOf({ lat: 10, lng: 20, radiusKm: "globe" })).toEqual({ x: 0, y: 0, width: world, height: world });
  });

  it("moves by shares of what is seen, and nearer and farther about its middle", () => {
    const box = boxOf({ lat: 30, lng: 179, radiusKm: 500 });
    const same = boxOf(movedFocus(box, {}));
    for (const key of ["x", "y", "width", "height"] as const)
      expect((((same[key] - box[key]) % world) + world) % world).toBeCloseTo(0, 3);
    const near = boxOf(movedFocus(box, { times: 0.5 }));
    expect(near.width / box.width).toBeCloseTo(0.5, 6);
    // Beyond the date line is the other side.
    expect(movedFocus(box, { right: 0.5 }).lng).toBeLessThan(-170);
    const north = movedFocus(boxOf(undefined), { down: -3 });
    expect(north.lat).toBeCloseTo(85.05, 1);
  });

  it("draws lines", () => {
    expect(
      pathOf([
        [-180, 0],
        [180, 0],
        [190, 0],
      ]),
    ).toBe("M0.000,5000.000L10000.000,5000.000L10277.778,5000.000");
  });
});
