/// <reference path="./d3-geo-projection.d.ts" />
/** Regions of the sphere as GeoJSON. */
import { toLatLng, type Vec3 } from "@geodrift/core";
import { geoEquirectangular } from "d3-geo";
import { geoProject } from "d3-geo-projection";
import type { MultiPolygon, Polygon, Position } from "geojson";

/**
 * Rings with the region on their left, for d3 to draw: longitude first, not cut at the date line. d3 wants the region on
 * the right, and takes several rings in one polygon by the even-odd rule.
 */
export const region = (rings: readonly Vec3[][]): Polygon => ({
  type: "Polygon",
  coordinates: rings.map((ring) =>
    [...ring].reverse().map((x): Position => {
      const { lat, lng } = toLatLng(x);
      return [lng, lat];
    }),
  ),
});

/**
 * An equirectangular projection to degrees, south up, as screens have it: cut at the date line and closed along the
 * poles.
 */
export const plainDegrees = () =>
  geoEquirectangular()
    .scale(180 / Math.PI)
    .translate([0, 0])
    .precision(0.01);

/**
 * A region for files: longitude first, cut at the date line, outer rings counter-clockwise (RFC 7946, sections 3.1.6 and
 * 3.1.9).
 * @param rings unit vectors, with the region on their left
 */
export function cutRegion(rings: readonly Vec3[][]): MultiPolygon {
  const cut = rings.length > 0 ? geoProject(region(rings), plainDegrees()) : null;
  const polygons = cut === null ? [] : cut.type === "Polygon" ? [cut.coordinates] : cut.coordinates;
  const northUp = (ring: Position[], outer: boolean): Position[] => {
    const turned = ring.map(([x, y]): Position => [x, -y]);
    return signedArea(turned) > 0 === outer ? turned : turned.reverse();
  };
  return {
    type: "MultiPolygon",
    coordinates: polygons.map((rings) => rings.map((ring, i) => northUp(ring, i === 0))),
  };
}

function signedArea(ring: readonly Position[]): number {
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i++) sum += ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
  return sum / 2;
}
