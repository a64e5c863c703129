/** Answers for the page's state to show, made up. */
import { type LatLng, sampleDistribution, toVec3 } from "@geodrift/core";
import type { LocateResult } from "geodrift/contract";

/** A result whose best guess is here. */
export const resultAt = (best: LatLng, more: Partial<LocateResult> = {}): LocateResult => ({
  image: "a.jpg",
  sha256: "00",
  model: { name: "earth", sha256: "11" },
  seed: 0,
  steps: 2,
  guidance: 0,
  best,
  place: { country: "Egypt", countryCode: "EG", region: "Cairo", city: "Cairo", distanceKm: 1 },
  localizabilityBits: 3,
  regions: [
    { mass: 0.5, areaKm2: 1, radiusKm: 10 },
    { mass: 0.9, areaKm2: 2, radiusKm: 40 },
    { mass: 0.95, areaKm2: 3, radiusKm: 80 },
  ],
  ruledOut: { mass: 0.01, areaKm2: 100 },
  modes: [{ ...best, mass: 0.6, radiusKm: 5, name: "Cairo, Egypt" }],
  countries: [],
  divisions: [],
  elapsedMs: 1,
  ...more,
});

/** Samples around a place, with their distribution. */
export function densityAt({ lat, lng }: LatLng) {
  const samples = Float64Array.from([-1, 0, 1].flatMap((d) => toVec3({ lat: lat + d, lng: lng + d })));
  return { distribution: sampleDistribution(samples), samples };
}
