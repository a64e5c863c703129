/** Is a guess in the right country, region, town? ConditionMask by the nearest town of a table (spec §6). */
import { type LatLng, toLatLng, vectorAt } from "@geodrift/core";
import type { AreaLabels } from "../pictures/dataset.js";
import type { Gazetteer } from "../places/gazetteer.js";

export const areaKinds = ["country", "region", "city"] as const;
export type AreaKind = (typeof areaKinds)[number];

export interface AreaRule {
  gazetteer: Gazetteer;
  /**
   * As the released code has it: nearest in degrees, and a label that the dataset lacks counts as missed. Otherwise nearest
   * on the sphere, and such an example is left out.
   */
  official: boolean;
}

/** Labels as in OSV-5M: every area with those that it lies in. */
export function labelsAt(place: LatLng, { gazetteer, official }: AreaRule): Required<AreaLabels> {
  const { name, district, region, countryCode } = official
    ? gazetteer.nearestInDegrees(place)
    : gazetteer.nearest(place);
  return {
    country: countryCode,
    region: `${region}_${countryCode}`,
    city: `${name}_${district}_${region}_${countryCode}`,
  };
}

/** OSV-5M writes a missing district into the names of towns; the table leaves it empty. */
const withoutGaps = (label: string): string => label.replaceAll(/(?<=^|_)NaN(?=_)/g, "");

/** @param places unit vectors [n, 3] */
export const labelsOf = (places: Float64Array, rule: AreaRule): Required<AreaLabels>[] =>
  Array.from({ length: places.length / 3 }, (_, i) => labelsAt(toLatLng(vectorAt(places, i)), rule));

/** For every example, is the guess in the area of the truth: 1, 0, or NaN where that cannot be said. */
export function areaHits(
  truths: readonly AreaLabels[],
  guesses: readonly Required<AreaLabels>[],
  kind: AreaKind,
  { official }: AreaRule,
): Float64Array {
  return Float64Array.from(truths, (truth, i) => {
    const label = truth[kind];
    if (official) return label === guesses[i][kind] ? 1 : 0;
    if (label === undefined) return Number.NaN;
    return withoutGaps(label) === guesses[i][kind] ? 1 : 0;
  });
}
