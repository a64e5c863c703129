/** The one function used of a package that comes without types. */
declare module "d3-geo-projection" {
  import type { GeoProjection } from "d3-geo";
  import type { LineString, MultiLineString, MultiPolygon, Polygon } from "geojson";
  /** Cuts spherical polygons and lines as the projection does (at the date line, around the poles) and projects them. */
  export function geoProject(object: Polygon | MultiPolygon, projection: GeoProjection): Polygon | MultiPolygon | null;
  export function geoProject(
    object: LineString | MultiLineString,
    projection: GeoProjection,
  ): LineString | MultiLineString | null;
}
