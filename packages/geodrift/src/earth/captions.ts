/** What is known about a view of the Earth, and captions made from it: a closed vocabulary, said in many ways. */
import type { Generator, LatLng, VocabularyConfig } from "@geodrift/core";

/** Kinds of views. */
export const kinds = ["satellite", "relief", "night"] as const;
/**
 * What a view is a picture of: colours as a satellite sees them, shaded relief with the sea floor, or lights at night.
 */
export type ViewKind = (typeof kinds)[number];

/** What most of a view's ground is: land, coast (some of both), or sea. */
export const surfaces = ["land", "coast", "sea"] as const;
/** Seasons of the temperate zones. */
export const seasons = ["winter", "spring", "summer", "autumn"] as const;
/** Words for small and large ground widths; see `scaleLimitsKm`. */
export const scales = ["near", "wide"] as const;

/** Names of the months; 0 is January. */
export const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

/** Words of the 30 classes of Köppen and Geiger, in the order of Beck et al. 2023; the first is the sea. */
const climates: readonly (readonly string[])[] = [
  [],
  ["rainforest"],
  ["monsoon"],
  ["savanna"],
  ["hot", "desert"],
  ["cold", "desert"],
  ["hot", "steppe"],
  ["cold", "steppe"],
  ...Array(3).fill(["mediterranean"]),
  ["subtropical"],
  ...Array(2).fill(["highland"]),
  ["subtropical"],
  ...Array(2).fill(["oceanic"]),
  ...Array(2).fill(["continental"]),
  ...Array(2).fill(["subarctic"]),
  ...Array(2).fill(["continental"]),
  ...Array(2).fill(["subarctic"]),
  ...Array(2).fill(["continental"]),
  ...Array(2).fill(["subarctic"]),
  ["tundra"],
  ["ice"],
];

/** Words of a Köppen–Geiger class, 0 … 30; none for the sea (0). */
export const climateWords = (value: number): readonly string[] => climates[value] ?? [];

/** Every climate once, as a phrase: “hot desert” is one. */
export const climateNames: readonly string[] = [...new Set(climates.slice(1).map((words) => words.join(" ")))];

/** The kind of view that words ask for; undefined if they ask for none. */
export const kindOf = (words: readonly string[]): ViewKind | undefined => kinds.find((kind) => words.includes(kind));

/** What a caption may tell of a view. */
export interface ViewFacts {
  kind: ViewKind;
  /** By the share of land in the view. */
  surface: (typeof surfaces)[number];
  /** Left out where the ground is neither near nor wide. */
  scale?: (typeof scales)[number];
  /** Words of the climate at the centre; none at sea. */
  climate: readonly string[];
  /** The country of the centre, where it lies on land. */
  country?: string;
  /** 0 is January; of satellite views alone. */
  month?: number;
  /** Of satellite views outside the tropics. */
  season?: (typeof seasons)[number];
}

/** Ground widths below the first are near, above the second wide, km. */
export const scaleLimitsKm = [340, 560] as const;

/** The word for a ground width in km; undefined between the two limits. */
export function scaleOf(groundKm: number): ViewFacts["scale"] {
  if (groundKm < scaleLimitsKm[0]) return "near";
  return groundKm > scaleLimitsKm[1] ? "wide" : undefined;
}

/** The surface by the share of land, 0 … 1: land above 0.95, sea below 0.05. */
export function surfaceOf(landShare: number): ViewFacts["surface"] {
  if (landShare > 0.95) return "land";
  return landShare < 0.05 ? "sea" : "coast";
}

/** The season of a month (0 is January) at a latitude; undefined within the tropics, below 23.5°. */
export function seasonOf(month: number, { lat }: LatLng): ViewFacts["season"] {
  if (Math.abs(lat) < 23.5) return undefined;
  const shifted = lat > 0 ? month : month + 6;
  return seasons[Math.floor(((shifted + 1) % 12) / 3)];
}

/** Countries as people call them, where outlines have a longer name. */
const otherNames = {
  America: "United States of America",
  "United States": "United States of America",
  US: "United States of America",
  USA: "United States of America",
  Britain: "United Kingdom",
  "Great Britain": "United Kingdom",
  UK: "United Kingdom",
  China: "People's Republic of China",
  Ireland: "Republic of Ireland",
  Netherlands: "Kingdom of the Netherlands",
  Denmark: "Kingdom of Denmark",
  Cyprus: "Republic of Cyprus",
  Bahamas: "The Bahamas",
  Gambia: "The Gambia",
  Congo: "Republic of the Congo",
  "DR Congo": "Democratic Republic of the Congo",
  "Ivory Coast": "Côte d'Ivoire",
  "Czech Republic": "Czechia",
  Macedonia: "North Macedonia",
  Micronesia: "Federated States of Micronesia",
  Burma: "Myanmar",
  Swaziland: "Eswatini",
  "Timor-Leste": "East Timor",
};

/** The closed vocabulary of all captions, with the countries and their other names. */
export const vocabulary = (countries: readonly string[]): VocabularyConfig => ({
  tokens: 8,
  words: [
    ...kinds,
    ...surfaces,
    ...seasons,
    ...scales,
    ...new Set(climates.flat()),
    ...countries.toSorted((a, b) => a.localeCompare(b, "en")),
  ],
  circle: months,
  silent: "a an the of in on at by from and with view picture photo seen above".split(" "),
  aliases: Object.fromEntries(Object.entries(otherNames).filter(([, name]) => countries.includes(name))),
});

/** How often each thing is told. */
const mentioned = { kind: 0.8, scale: 0.4, climate: 0.6, surface: 0.6, country: 0.5, month: 0.55, season: 0.45 };

/** A caption that tells some of the facts, in one of several orders. */
export function captionOf(facts: ViewFacts, random: Generator): string {
  const tell = (chance: number) => random.uniform() < chance;
  const climate = facts.climate.length > 0 && tell(mentioned.climate) ? facts.climate.join(" ") : undefined;
  const surface = tell(mentioned.surface) ? facts.surface : undefined;
  const what = [climate, surface].filter((w) => w !== undefined).join(" ");
  const country = facts.country !== undefined && tell(mentioned.country) ? `in ${facts.country}` : undefined;
  const month = facts.month !== undefined && tell(mentioned.month) ? months[facts.month] : undefined;
  const season = tell(mentioned.season) ? facts.season : undefined;
  const when = month || season ? `in ${[season, month].filter((w) => w !== undefined).join(", ")}` : undefined;
  const scale = tell(mentioned.scale) ? facts.scale : undefined;
  const kind = tell(mentioned.kind) ? `${facts.kind} view` : undefined;
  const parts = [kind, scale && `from ${scale}`, what && `of a ${what}`, country, when];
  if (random.uniform() < 0.3) parts.unshift(...parts.splice(1 + random.integer(parts.length - 1)));
  return parts.filter((part) => part !== undefined && part !== "").join(" ");
}
