/** What `locate` answers: the contract of `--json`, and its making from samples. */
import {
  distanceKm as distanceBetween,
  earthAreaKm2,
  type LatLng,
  type PlaceDistribution,
  toLatLng,
  vectorAt,
} from "@geodrift/core";
import { type Failure, failureOf } from "@geodrift/core/errors";
import type { z } from "zod";
import { areasAt, highSeas } from "../places/country.js";
import { type Gazetteer, nearestTown } from "../places/gazetteer.js";
import type { locateResult, placeName } from "./contract.js";

/**
 * What `locate` says of one picture: the contract of `--json`. Places in degrees, areas in km², radii in km,
 * localizability in bits.
 */
export type LocateResult = z.infer<typeof locateResult>;

/** A place by the town nearest to it, with the distance to it in km. */
export type PlaceName = z.infer<typeof placeName>;

/** A peak by name: the nearest town and its country. */
export type NamedMode = LocateResult["modes"][number];

/** A country and its share of the probability, 0…1. */
export type CountryOdds = LocateResult["countries"][number];

/** A first-level division (region, state, province) and its share of the probability, 0…1. */
export type DivisionOdds = LocateResult["divisions"][number];

/** A picture that has no answer: one sentence and a code, `internal` for a mistake of the program. */
export interface LocateFailure extends Failure {
  /** As it was named. */
  image: string;
  /** What was thrown; not part of the JSON. */
  thrown?: unknown;
}

/** The answer of a picture that something was thrown for. */
export const failedAnswer = (image: string, thrown: unknown): LocateFailure =>
  Object.defineProperty({ image, ...failureOf(thrown) } as LocateFailure, "thrown", { value: thrown });

/** What maps are drawn from is kept beside the result, and left out of the JSON. */
export interface Located {
  result: LocateResult;
  /** Unit vectors [n, 3]: drawn, or places of equal mass where there is a mesh. */
  samples: Float64Array;
  distribution: PlaceDistribution;
  /** What the picture was taken with, where its file says so. */
  camera?: string;
  /** The samples at every step of the solver from noise to places, each [n, 3], if they were asked for. */
  trajectories?: Float64Array[];
}

/** Bits of localizability of what could be anywhere: −log₂ 4π. */
export const anywhereBits = -Math.log2(4 * Math.PI);

/** Masses of the regions of an answer: each is the smallest that holds so much of the probability. */
export const regionMasses = [0.5, 0.9, 0.95] as const;

/** What lies outside the region of this mass counts as ruled out. */
const ruledInMass = 0.99;

/** Places of equal mass that countries are counted by, where a distribution can name them. */
const representatives = 256;

type Summary = Omit<
  LocateResult,
  "image" | "sha256" | "model" | "seed" | "solver" | "steps" | "guidance" | "elapsedMs"
>;

/**
 * Everything that is read from the distribution of one picture.
 * @param samples unit vectors [n, 3], which countries are counted by where the distribution has no representatives
 * @param towns that places are named by
 */
export function summarize(distribution: PlaceDistribution, samples: Float64Array, towns: Gazetteer): Summary {
  const [ruledIn] = distribution.regions([ruledInMass]);
  return {
    best: distribution.best,
    place: namePlace(distribution.best, towns),
    localizabilityBits: distribution.localizabilityBits,
    regions: distribution.regions(regionMasses),
    ruledOut: { mass: Number((1 - ruledInMass).toFixed(9)), areaKm2: earthAreaKm2 - ruledIn.areaKm2 },
    modes: distribution.modes.map((m) => {
      const place = namePlace(m, towns);
      return { ...m, name: shortName(place), country: place.country, countryCode: place.countryCode };
    }),
    ...politicalOdds(distribution.representatives?.(representatives) ?? samples, towns),
  };
}

/** Of the nearest town, for lists. */
const shortName = ({ city, country }: PlaceName): string =>
  [city, country].filter(Boolean).join(", ") || "on the high seas";

/** A town farther away is no name for a place. */
const nameableKm = 100;

/**
 * The country whose outline holds the place, and its nearest town with its region; on the high seas, the nearest town of
 * all. What is too far away is left empty.
 */
export function namePlace(place: LatLng, towns: Gazetteer): PlaceName {
  const { country } = areasAt(place.lat, place.lng);
  const atSea = country === highSeas;
  const own = atSea ? undefined : towns.nearestIn(place, country.code);
  const { name, region, distanceKm } = own
    ? { ...own, distanceKm: distanceBetween(own, place) }
    : nearestTown(towns, place);
  const near = distanceKm <= nameableKm && (atSea || own !== undefined);
  return {
    country: atSea ? "" : country.name,
    countryCode: atSea ? "" : country.code,
    region: near ? region : "",
    city: near ? name : "",
    distanceKm,
  };
}

/** Shares of the places in countries and their divisions, highest first. */
function politicalOdds(
  places: Float64Array,
  towns: Gazetteer,
): Pick<LocateResult, "countries" | "divisions" | "continents"> {
  const n = places.length / 3;
  const [countries, divisions] = [new Map<string, CountryOdds>(), new Map<string, DivisionOdds>()];
  const continents = new Map<string, { name: string; probability: number }>();
  for (let i = 0; i < n; i++) {
    const place = toLatLng(vectorAt(places, i));
    const { country, continent } = areasAt(place.lat, place.lng);
    const { code, name } = country;
    count(countries, code, { code, name, probability: 1 / n });
    count(continents, continent, { name: continent, probability: 1 / n });
    // Every second place will do: a look-up takes as long as a few network evaluations.
    if (country === highSeas || i % 2 === 1) continue;
    const division = towns.nearestIn(place, code)?.region;
    if (division) count(divisions, `${division}, ${code}`, { countryCode: code, name: division, probability: 2 / n });
  }
  const ranked = <T extends { probability: number }>(odds: Map<string, T>) =>
    [...odds.values()].sort((a, b) => b.probability - a.probability);
  return { countries: ranked(countries), divisions: ranked(divisions), continents: ranked(continents) };
}

function count<T extends { probability: number }>(odds: Map<string, T>, key: string, one: T): void {
  const known = odds.get(key);
  if (known) known.probability += one.probability;
  else odds.set(key, one);
}
