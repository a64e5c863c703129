import { anyTangent, expMap, toVec3, type Vec3 } from "@geodrift/core";
import { geoArea } from "d3-geo";
import type { Position } from "geojson";
import { describe, expect, it } from "vitest";
import { cutRegion, region } from "./region.js";

/** A ring about a place, counter-clockwise seen from outside. */
function ringAbout(place: { lat: number; lng: number }, radius: number, clockwise = false): Vec3[] {
  const x = toVec3(place);
  const e1 = anyTangent(x);
  const e2: Vec3 = [x[1] * e1[2] - x[2] * e1[1], x[2] * e1[0] - x[0] * e1[2], x[0] * e1[1] - x[1] * e1[0]];
  const ring = Array.from({ length: 73 }, (_, i) => {
    const turn = ((clockwise ? -1 : 1) * i * 5 * Math.PI) / 180;
    const [c, s] = [radius * Math.cos(turn), radius * Math.sin(turn)];
    return expMap(x, [c * e1[0] + s * e2[0], c * e1[1] + s * e2[1], c * e1[2] + s * e2[2]]);
  });
  ring[72] = ring[0];
  return ring;
}
const cap = (radius: number) => 2 * Math.PI * (1 - Math.cos(radius));

/** Area on the sphere of what a file says: outer rings less holes, each by d3. */
function areaOf(polygons: Position[][][]): number {
  const ringArea = (ring: Position[]) => {
    const area = geoArea({ type: "Polygon", coordinates: [ring] });
    return Math.min(area, 4 * Math.PI - area);
  };
  return polygons.reduce(
    (sum, [outer, ...holes]) => sum + ringArea(outer) - holes.reduce((s, h) => s + ringArea(h), 0),
    0,
  );
}

describe("regions", () => {
  it.each([
    [{ lat: 40, lng: 10 }, 0.1],
    [{ lat: -20, lng: 179.9 }, 0.2],
    [{ lat: 89, lng: 50 }, 0.3],
    [{ lat: -90, lng: 0 }, 0.05],
  ])("about %o keep their area, for drawing and in files", (place, radius) => {
    const ring = ringAbout(place, radius);
    expect(geoArea(region([ring])) / cap(radius)).toBeCloseTo(1, 2);
    const { coordinates } = cutRegion([ring]);
    expect(areaOf(coordinates) / cap(radius)).toBeCloseTo(1, 1);
    for (const [lng, lat] of coordinates.flat(2)) {
      expect(Math.abs(lng)).toBeLessThanOrEqual(180 + 1e-9);
      expect(Math.abs(lat)).toBeLessThanOrEqual(90 + 1e-9);
    }
  });
  it("across the date line are cut in two", () => {
    expect(cutRegion([ringAbout({ lat: 0, lng: 180 }, 0.1)]).coordinates.length).toBe(2);
  });
  it("keep their holes, and their islands", () => {
    const rings = [
      ringAbout({ lat: 10, lng: 20 }, 0.3),
      ringAbout({ lat: 10, lng: 20 }, 0.1, true),
      ringAbout({ lat: 50, lng: -60 }, 0.05),
    ];
    const { coordinates } = cutRegion(rings);
    expect(coordinates.map((p) => p.length).sort()).toEqual([1, 2]);
    expect(areaOf(coordinates) / (cap(0.3) - cap(0.1) + cap(0.05))).toBeCloseTo(1, 1);
  });
  it("may be empty", () => {
    expect(cutRegion([])).toEqual({ type: "MultiPolygon", coordinates: [] });
  });
});
