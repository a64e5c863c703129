/** Priors as people write them: a country, a circle, a file of outlines or of places, where photographs are taken. */
import { readFile } from "node:fs/promises";
import { angle, earthRadiusKm, type Prior, toLatLng, toVec3, type Vec3 } from "@geodrift/core";
import { feature, isIn } from "@rapideditor/country-coder";
import { geoArea, geoContains } from "d3-geo";
import type { GeoJSON, Polygon, Position } from "geojson";
import { readPlacesTable } from "../data/places-table.js";
import { photosPrior, placesPrior } from "../places/places-prior.js";

/**
 * `within:KM:LAT,LNG`, the name or code of a country, a GeoJSON file whose polygons weigh one or their property `weight`, a
 * CSV file of places, near which the picture's is likely, or `photos`: the places of photographs that come along.
 * @throws Error in one sentence if it is none of these
 */
export async function readPrior(text: string): Promise<Prior> {
  if (text.startsWith("within:")) return circlePrior(text);
  if (text === "photos") return photosPrior();
  if (/\.csv$/i.test(text)) return tablePrior(text);
  if (/\.(geo)?json$/i.test(text)) return outlinePrior(text);
  const country = feature(text);
  if (!country)
    throw new Error(
      `--prior: a country, within:KM:LAT,LNG, photos, or a .geojson or .csv file is needed, got "${text}"`,
    );
  const { id } = country.properties;
  return (x) => {
    const { lat, lng } = toLatLng(x);
    return isIn([lng, lat], id) ? 1 : 0;
  };
}

function circlePrior(text: string): Prior {
  const [, km, lat, lng] = /^within:([\d.]+):(-?[\d.]+),(-?[\d.]+)$/.exec(text) ?? [];
  if (km === undefined || !(Number(km) > 0))
    throw new Error(`--prior: within:KM:LAT,LNG has a radius in km and a place in degrees, got "${text}"`);
  const centre = toVec3({ lat: Number(lat), lng: Number(lng) });
  const radius = Number(km) / earthRadiusKm;
  return Object.assign((x: Vec3) => (angle(x, centre) <= radius ? 1 : 0), { focus: [{ centre, width: radius / 2 }] });
}

async function tablePrior(file: string): Promise<Prior> {
  const { places } = await readPlacesTable(file);
  if (places.length === 0) throw new Error(`${file}: holds no places`);
  return placesPrior(Float64Array.from(places.flatMap((p) => [...toVec3(p)])));
}

async function outlinePrior(file: string): Promise<Prior> {
  const text = await readFile(file, "utf8").catch((e: NodeJS.ErrnoException) => {
    throw new Error(`${file}: cannot be read (${e.code})`);
  });
  let json: GeoJSON;
  try {
    json = JSON.parse(text);
  } catch (e) {
    throw new Error(`${file}: not JSON (${(e as Error).message})`);
  }
  let parts: ReturnType<typeof polygonsOf>;
  try {
    parts = polygonsOf(json);
  } catch (e) {
    throw new Error(`${file}: ${(e as Error).message}`);
  }
  if (parts.length === 0) throw new Error(`${file}: holds no polygons`);
  return (x) => {
    const { lat, lng } = toLatLng(x);
    return parts.reduce((most, p) => (p.weight > most && geoContains(p.polygon, [lng, lat]) ? p.weight : most), 0);
  };
}

function polygonsOf(json: GeoJSON | null, inherited = 1): { polygon: Polygon; weight: number }[] {
  // A feature may be without a geometry.
  if (json === null) return [];
  if (json.type === "FeatureCollection") return json.features.flatMap((f) => polygonsOf(f));
  if (json.type === "Feature") {
    const weight = Number(json.properties?.weight ?? 1);
    if (!(weight >= 0))
      throw new Error(`"weight" is a number from 0 on, got ${JSON.stringify(json.properties?.weight)}`);
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
