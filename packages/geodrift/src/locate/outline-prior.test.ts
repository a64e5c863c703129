import { Generator, type LatLng, tangentFrame, toLatLng, toVec3, uniformPoint } from "@geodrift/core";
import { geoContains } from "d3-geo";
import type { Polygon } from "geojson";
import { describe, expect, it } from "vitest";
import { outlinePrior } from "./outline-prior.js";

/** So far from a place along a bearing, both in radians. */
function towards(place: LatLng, distance: number, bearing: number): LatLng {
  const { up, east, north } = tangentFrame(place);
  const at = (k: number) =>
    Math.cos(distance) * up[k] + Math.sin(distance) * (Math.cos(bearing) * north[k] + Math.sin(bearing) * east[k]);
  return toLatLng([at(0), at(1), at(2)]);
}

/** Clockwise around a place, as d3 wants outlines. */
function star(centre: LatLng, radius: number, random: Generator): Polygon {
  const corners = Array.from({ length: 12 }, (_, k) => {
    const { lat, lng } = towards(centre, radius * random.uniform(0.4, 1), (2 * Math.PI * k) / 12);
    return [lng, lat];
  });
  return { type: "Polygon", coordinates: [[...corners, corners[0]]] };
}

describe("an outline as a prior", () => {
  it("weighs the places that it contains and no others, wherever it lies and however large it is", () => {
    const random = new Generator(1);
    const fixed = [
      { lat: 90, lng: 0 },
      { lat: -90, lng: 0 },
      { lat: 10, lng: 180 },
    ];
    const drawn = Array.from({ length: 20 }, () => toLatLng(uniformPoint(random)));
    for (const centre of [...fixed, ...drawn])
      for (const radius of [0.001, 0.1, 1, 1.5]) {
        const outline = star(centre, radius, random);
        const prior = outlinePrior(outline);
        const near = () => towards(centre, 1.2 * radius * random.uniform(), 2 * Math.PI * random.uniform());
        const places = Array.from({ length: 60 }, (_, i) => (i % 2 ? near() : toLatLng(uniformPoint(random))));
        const weights = places.map((place) => prior(toVec3(place)));
        expect(weights).toEqual(places.map(({ lat, lng }) => (geoContains(outline, [lng, lat]) ? 1 : 0)));
        expect(weights).toContain(1);
      }
  });
});
