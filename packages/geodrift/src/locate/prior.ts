/** Priors as people write them: a country, a circle, a file of outlines or of places, where photographs are taken. */
import { angle, earthRadiusKm, type Prior, toLatLng, toVec3, type Vec3 } from "@geodrift/core";
import { GeodriftError, withSubject } from "@geodrift/core/errors";
import { feature, isIn } from "@rapideditor/country-coder";
import { geoArea, geoCentroid, geoContains } from "d3-geo";
import type { GeoJSON, Polygon, Position } from "geojson";
import { z } from "zod";
import { readJsonFile } from "../files/json-file.js";
import { formatLatLng } from "../places/format.js";
import { photosPrior, placesPrior } from "../places/places-prior.js";
import { readPlacesTable } from "../places/places-table.js";
import type { Knowledge } from "./known.js";

/**
 * A prior as people write it: `within:KM:LAT,LNG`, the name or code of a country, a GeoJSON file (RFC 7946) whose
 * polygons weigh one or their property `weight`, a CSV file of places, near which the picture's is likely, or `photos`:
 * the places of photographs that come along.
 * @throws GeodriftError `option` if it is none of these, or a file without places; `not-found`, `file` or `data` for a
 * file that cannot be read or is no such table or GeoJSON
 */
export async function readPrior(text: string): Promise<Knowledge> {
  if (/\.csv$/i.test(text)) return { kind: "region", label: text, prior: await tablePrior(text) };
  if (/\.(geo)?json$/i.test(text)) return readOutline(text);
  return namedPrior(text, "--prior: a country, within:KM:LAT,LNG, photos, or a .geojson or .csv file is needed");
}

/**
 * What `readPrior` takes, but for files.
 * @param rule begins the sentence of an error
 * @throws GeodriftError `option` if it is none of these
 */
export async function namedPrior(
  text: string,
  rule = '"prior" is a country, within:KM:LAT,LNG, or photos',
): Promise<Knowledge> {
  if (text.startsWith("within:")) return circlePrior(text, rule);
  if (text === "photos") return { kind: "region", label: "where photographs are taken", prior: await photosPrior() };
  const country = feature(text);
  if (!country) throw new GeodriftError("option", `${rule}, got "${text}"`);
  const { id, nameEn } = country.properties;
  const prior: Prior = (x) => {
    const { lat, lng } = toLatLng(x);
    return isIn([lng, lat], id) ? 1 : 0;
  };
  return { kind: "region", label: nameEn, prior };
}

function circlePrior(text: string, rule: string): Knowledge {
  const [, km, lat, lng] = /^within:([\d.]+):(-?[\d.]+),(-?[\d.]+)$/.exec(text) ?? [];
  const finite = [km, lat, lng].every((part) => Number.isFinite(Number(part)));
  if (km === undefined || !finite || !(Number(km) > 0))
    throw new GeodriftError(
      "option",
      `${rule}; within:KM:LAT,LNG has a radius in km and a place in degrees, got "${text}"`,
    );
  const centre = toVec3({ lat: Number(lat), lng: Number(lng) });
  const radius = Number(km) / earthRadiusKm;
  const inside = (x: Vec3) => (angle(x, centre) <= radius ? 1 : 0);
  const label = `within ${km} km of ${formatLatLng({ lat: Number(lat), lng: Number(lng) })}`;
  return { kind: "region", label, prior: Object.assign(inside, { focus: [{ centre, width: radius / 2 }] }) };
}

async function tablePrior(file: string): Promise<Prior> {
  const { places } = await readPlacesTable(file);
  if (places.length === 0) throw new GeodriftError("option", `${file}: holds no places`);
  return placesPrior(Float64Array.from(places.flatMap((p) => [...toVec3(p)])));
}

const position = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]).rest(z.number());
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

/** GeoJSON, as far as outlines are read from it. */
const outlines = z.union(
  [oneFeature, geometry, z.looseObject({ type: z.literal("FeatureCollection"), features: z.array(oneFeature) })],
  wantsOutlines,
);

async function readOutline(file: string): Promise<Knowledge> {
  const json = await readJsonFile(file, outlines);
  return withSubject(file, () => ({ kind: "region", label: file, prior: outlinePrior(json as GeoJSON) }), "data");
}

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
  const focus = parts.map(({ polygon }, i) => ({ centre: caps[i].centre, width: Math.sqrt(geoArea(polygon)) / 2 }));
  return Object.assign(weight, { focus });
}

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
  return all.map((coordinates) => ({ polygon: smaller({ type: "Polygon", coordinates }), weight: inherited }));
}

/** Files disagree about which way rings run: of the two regions that a ring bounds, the smaller one is meant. */
function smaller(polygon: Polygon): Polygon {
  const [outer, ...holes] = polygon.coordinates;
  const run = (ring: Position[], wanted: boolean): Position[] =>
    geoArea({ type: "Polygon", coordinates: [ring] }) < 2 * Math.PI === wanted ? ring : [...ring].reverse();
  return { type: "Polygon", coordinates: [run(outer, true), ...holes.map((h) => run(h, false))] };
}
