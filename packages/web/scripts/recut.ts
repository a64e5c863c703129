/// <reference path="../../geodrift/src/figures/d3-geo-projection.d.ts" />
/** Polygons of the sphere as polygons of the plane of degrees. */
import { geoEquirectangular } from "d3-geo";
import { geoProject } from "d3-geo-projection";
import type { FeatureCollection, MultiPolygon, Polygon, Position } from "geojson";

/** Degrees, south up, as screens have it. */
const degrees = geoEquirectangular()
  .scale(180 / Math.PI)
  .translate([0, 0])
  .precision(0.1);

const northUp = (rings: Position[][]): Position[][] => rings.map((ring) => ring.map(([x, y]) => [x, -y]));

/** Cut at the date line and closed along the poles, longitude first. */
export function recut({ features }: FeatureCollection): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: features.flatMap((f) => {
      const cut = geoProject(f.geometry as Polygon | MultiPolygon, degrees);
      if (cut === null) return [];
      const coordinates = cut.type === "Polygon" ? [cut.coordinates] : cut.coordinates;
      return [{ ...f, geometry: { type: "MultiPolygon", coordinates: coordinates.map(northUp) } as MultiPolygon }];
    }),
  };
}
