/** Outlines of land and countries (Natural Earth, public domain), as GeoJSON. */
import { createRequire } from "node:module";
import type { FeatureCollection, MultiLineString } from "geojson";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";

const require = createRequire(import.meta.url);

interface Outlines {
  land: FeatureCollection;
  borders: MultiLineString;
}

const opened = new Map<string, Outlines>();

/**
 * Outlines of land and borders of countries, longitude first; read once.
 * @param scale 1:110 million for the globe, 1:50 million for a part of it
 */
export function outlines(scale: "110m" | "50m"): Outlines {
  let result = opened.get(scale);
  if (!result) {
    const world = require(`world-atlas/countries-${scale}.json`) as Topology<{
      countries: GeometryCollection;
      land: GeometryCollection;
    }>;
    result = {
      land: feature(world, world.objects.land),
      borders: mesh(world, world.objects.countries, (a, b) => a !== b),
    };
    opened.set(scale, result);
  }
  return result;
}
