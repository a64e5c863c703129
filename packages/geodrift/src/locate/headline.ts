/** What is known of a place, in a few words: never more than the distribution says. */
import type { LocateResult, PlaceName } from "./result.js";

type Said = Pick<LocateResult, "place" | "regions" | "countries" | "divisions" | "continents"> &
  Partial<Pick<LocateResult, "modes">>;

/** A town is named where nine tenths lie on a circle of so many kilometres, and a division on one of so many. */
const finestKm = { town: 100, division: 1000 };

/** What is named together holds so much of the probability. */
const enough = 0.8;

/** A place by its names, the nearest first. */
export const placeText = ({ city, region, country }: Partial<PlaceName>): string =>
  [city, region, country].filter((name, i, all) => name && all.indexOf(name) === i).join(", ");

/** Radius in km of the circle that is as large as the smallest area with nine tenths of the probability. */
export const radius90Km = ({ regions }: Pick<LocateResult, "regions">): number =>
  regions.find(({ mass }) => mass === 0.9)?.radiusKm ?? Number.POSITIVE_INFINITY;

/**
 * Is the answer so narrow that its town can be named? Two small places far apart are a small area as well, and then none of them
 * holds enough.
 */
export const namesTown = (
  result: Pick<LocateResult, "place" | "regions"> & Partial<Pick<LocateResult, "modes">>,
): boolean =>
  radius90Km(result) <= finestKm.town && result.place.city !== "" && (result.modes?.[0]?.mass ?? 1) >= enough;

/** What is named of an answer: the finest that holds enough of the probability. */
export type NamedPlace =
  | { kind: "town"; place: PlaceName }
  | { kind: "division"; name: string; country?: Area }
  | { kind: "areas"; areas: readonly Area[] }
  | { kind: "high seas" }
  | { kind: "anywhere" };

/** A country with its code (ISO 3166-1 alpha-2), or a continent, which has none. */
interface Area {
  name: string;
  code?: string;
}

/**
 * What is named of an answer, for whoever puts it into words: a town and its country, a division, countries, continents, or anywhere on
 * Earth, whichever is the finest that holds enough of the probability.
 */
export function namedPlace(result: Said): NamedPlace {
  const { place, countries, divisions, continents = [] } = result;
  const radiusKm = radius90Km(result);
  if (namesTown(result)) return { kind: "town", place };
  if (radiusKm <= finestKm.town && !place.country) return { kind: "high seas" };
  const division = divisions.find((d) => d.probability >= enough);
  if (radiusKm <= finestKm.division && division) {
    const country = countries.find((c) => c.code === division.countryCode);
    return { kind: "division", name: division.name, country };
  }
  const areas = together(countries, 2) ?? together(continents, 3);
  return areas ? { kind: "areas", areas } : { kind: "anywhere" };
}

/** The answer in words. */
export function headline(result: Said): string {
  const said = namedPlace(result);
  switch (said.kind) {
    case "town":
      return placeText(said.place);
    case "division":
      return placeText({ region: said.name, country: said.country?.name });
    case "areas":
      return `somewhere in ${said.areas.map(({ name }) => (name === "high seas" ? "the high seas" : name)).join(" or ")}`;
    case "high seas":
      return "on the high seas";
    case "anywhere":
      return "anywhere on Earth";
  }
}

/** The likeliest that hold enough together; undefined if that takes more than `most`. */
function together<A extends Area & { probability: number }>(odds: readonly A[], most: number): A[] | undefined {
  let mass = 0;
  for (const [i, { probability }] of odds.slice(0, most).entries()) {
    mass += probability;
    if (mass >= enough) return odds.slice(0, i + 1);
  }
  return undefined;
}
