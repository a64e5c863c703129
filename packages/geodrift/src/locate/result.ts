/** What `locate` answers: the contract of `--json`, and its making from samples. */
import { type LatLng, type Mode, type Region, sampleDistribution, toLatLng, vectorAt } from "@geodrift/core";
import { nearestCity } from "../places/city.js";
import { countryAt, countryName } from "../places/country.js";

export interface PlaceName {
  country: string;
  countryCode: string;
  region: string;
  city: string;
  /** From the best guess to the city. */
  distanceKm: number;
}

export interface CountryOdds {
  code: string;
  name: string;
  probability: number;
}

export interface LocateResult {
  image: string;
  /** Of the picture's bytes. */
  sha256: string;
  model: { name: string; sha256: string };
  seed: number;
  steps: number;
  guidance: number;
  best: LatLng;
  place: PlaceName;
  localizabilityBits: number;
  regions: Region[];
  modes: Mode[];
  countries: CountryOdds[];
  elapsedMs: number;
}

export interface LocateFailure {
  image: string;
  /** One sentence. */
  error: string;
}

/** Samples are kept beside the result for maps, and left out of the JSON. */
export interface Located {
  result: LocateResult;
  /** Unit vectors [n, 3]. */
  samples: Float64Array;
}

export const regionMasses = [0.5, 0.9] as const;

/** Everything that is read from the samples of one image. */
export function summarize(
  samples: Float64Array,
): Pick<LocateResult, "best" | "place" | "localizabilityBits" | "regions" | "modes" | "countries"> {
  const distribution = sampleDistribution(samples);
  return {
    best: distribution.best,
    place: namePlace(distribution.best),
    localizabilityBits: distribution.localizabilityBits,
    regions: distribution.regions(regionMasses),
    modes: distribution.modes,
    countries: countryOdds(samples),
  };
}

/** The nearest town with its own region and country, which may lie across a border from the point. */
function namePlace(best: LatLng): PlaceName {
  const { name, region, countryCode, distanceKm } = nearestCity(best);
  return { country: countryName(countryCode), countryCode, region, city: name, distanceKm };
}

/** Share of the samples in each country, highest first. */
function countryOdds(samples: Float64Array): CountryOdds[] {
  const n = samples.length / 3;
  const counts = new Map<string, { name: string; count: number }>();
  for (let i = 0; i < n; i++) {
    const { lat, lng } = toLatLng(vectorAt(samples, i));
    const { code, name } = countryAt(lat, lng);
    const entry = counts.get(code) ?? { name, count: 0 };
    entry.count++;
    counts.set(code, entry);
  }
  return [...counts]
    .map(([code, { name, count }]) => ({ code, name, probability: count / n }))
    .sort((a, b) => b.probability - a.probability);
}
