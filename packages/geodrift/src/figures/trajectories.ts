/// <reference path="./d3-geo-projection.d.ts" />
/** Ways of samples from noise to places, as GeoJSON. */
import { toLatLng, vectorAt } from "@geodrift/core";
import { geoProject } from "d3-geo-projection";
import type { MultiLineString, Position } from "geojson";
import { plainDegrees } from "./region.js";

/** More would hide one another. */
const most = 128;

/**
 * Great-circle arcs from step to step, longitude first, not cut at the date line: for d3 to draw.
 * @param states the samples at every step, each [n, 3]; of points in R³ their directions count; the first 128 are taken
 */
export function trajectories(states: readonly Float64Array[]): MultiLineString {
  const n = Math.min(most, (states[0]?.length ?? 0) / 3);
  return {
    type: "MultiLineString",
    coordinates: Array.from({ length: n }, (_, i) =>
      states.map((points): Position => {
        const { lat, lng } = toLatLng(vectorAt(points, i));
        return [lng, lat];
      }),
    ),
  };
}

/**
 * The same for files: cut at the date line (RFC 7946, section 3.1.9).
 * @param states the samples at every step, each [n, 3]; the first 128 are taken
 */
export function cutTrajectories(states: readonly Float64Array[]): MultiLineString {
  const cut = geoProject(trajectories(states), plainDegrees());
  const lines = cut === null ? [] : cut.type === "LineString" ? [cut.coordinates] : cut.coordinates;
  return { type: "MultiLineString", coordinates: lines.map((line) => line.map(([x, y]): Position => [x, -y])) };
}
