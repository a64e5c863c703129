/** Outlines on a map as priors: GeoJSON polygons (RFC 7946). */
import { angle, type Prior, toLatLng, toVec3, type Vec3 } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { geoArea, geoCentroid, geoContains } from "d3-geo";
import type { GeoJSON, Polygon } from "geojson";
import { z } from "zod";
import { smallerRegion } from "../places/smaller-region.js";

/** Longitudes beyond 180 are those of maps that go on past the date line. */
const position = z.tuple([z.number().min(-360).max(360), z.number().min(-90).max(90)]).rest(z.number());
const rings = z.array(z.array(position).min(4)).min(1);
const others = ["Point", "MultiPoint", "LineString", "MultiLineString"] as const;
const plain = z.union([
  z.looseObject({ type: z.literal("Polygon"), coordinates: rings }),
  z.looseObject({ type: z.literal("MultiPolygon"), coordinates: z.array(rings) }),
  z.looseObject({ type: z.enum(others) }),
]);
const geometry = z.union([plain, z.looseObject({ type: z.literal("GeometryCollection"), geometries: z.array(plain) })]);
const oneFeature = z.looseObject({ type: z.literal("Feature"), geometry: geometry.nullable() });

const wantsOutlines = "GeoJSON is needed, with rings of [longitude, latitude] in degrees";

/** GeoJSON, as far as outlines are read from it: rings of [longitude, latitude], degrees. */
export const outlines = z.union(
  [oneFeature, geometry, z.looseObject({ type: z.literal("FeatureCollection"), features: z.array(oneFeature) })],
  wantsOutlines,
);

/**
 * A prior from GeoJSON (RFC 7946, longitude first): polygons weigh one, or their property `weight`; the heaviest counts
 * where they overlap. Of the two regions that a ring bounds, the smaller one is meant.
 * @throws GeodriftError `option` if it is no GeoJSON, holds no polygons, or has a weight below 0
 */
export function outlinePrior(json: GeoJSON): Prior {
  if (!outlines.safeParse(json).success) throw new GeodriftError("option", wantsOutlines);
  const parts = polygonsOf(json);
  if (parts.length === 0) throw new GeodriftError("option", "holds no polygons");
  const caps = parts.map(({ polygon }) => capOf(polygon));
  const weight = (x: Vec3) => {
    const { lat, lng } = toLatLng(x);
    return parts.reduce((most, { polygon, weight: own }, i) => {
      if (own <= most || angle(x, caps[i].centre) > caps[i].radius) return most;
      return geoContains(polygon, [lng, lat]) ? own : most;
    }, 0);
  };
  const focus = parts
    .map(({ polygon }, i) => ({ centre: caps[i].centre, width: Math.max(leastWidth, Math.sqrt(geoArea(polygon)) / 2) }))
    .sort((a, b) => b.width - a.width)
    .slice(0, mostFoci);
  return Object.assign(weight, { focus });
}

/** Of many parts, so many of the largest are looked at closely; nothing is looked at more closely than this, radians. */
const [mostFoci, leastWidth] = [48, 5e-5];

/** Does it hold an outline? */
export const hasPolygons = (json: GeoJSON): boolean => polygonsOf(json).length > 0;

/** A circle that holds a polygon: nothing outside of it has to be held against the outline. */
function capOf(polygon: Polygon): { centre: Vec3; radius: number } {
  const [lng, lat] = geoCentroid(polygon);
  const centre = toVec3({ lat, lng });
  const radius = polygon.coordinates[0].reduce(
    (r, [x, y]) => Math.max(r, angle(centre, toVec3({ lat: y, lng: x }))),
    0,
  );
  // Smaller circles hold the edges between their points as well; rounding must not leave a vertex out.
  return { centre, radius: radius < Math.PI / 2 ? radius + 1e-9 : Math.PI };
}

function polygonsOf(json: GeoJSON | null, inherited = 1): { polygon: Polygon; weight: number }[] {
  // A feature may be without a geometry.
  if (json === null) return [];
  if (json.type === "FeatureCollection") return json.features.flatMap((f) => polygonsOf(f));
  if (json.type === "Feature") {
    const weight = Number(json.properties?.weight ?? 1);
    if (!(weight >= 0 && Number.isFinite(weight)))
      throw new GeodriftError(
        "option",
        `"weight" is a number from 0 on, got ${JSON.stringify(json.properties?.weight)}`,
      );
    return polygonsOf(json.geometry, weight);
  }
  if (json.type === "GeometryCollection") return json.geometries.flatMap((g) => polygonsOf(g, inherited));
  const all = json.type === "Polygon" ? [json.coordinates] : json.type === "MultiPolygon" ? json.coordinates : [];
  return all.map((coordinates) => ({ polygon: smallerRegion({ type: "Polygon", coordinates }), weight: inherited }));
}
