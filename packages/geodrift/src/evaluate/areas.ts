/** Is a guess in the right country, region, town? Told by the nearest town of a table. */
import { type LatLng, toLatLng, vectorAt } from "@geodrift/core";
import type { AreaLabels } from "../pictures/dataset.js";
import type { Gazetteer } from "../places/gazetteer.js";

/** Kinds of administrative areas, from the largest. */
export const areaKinds = ["country", "region", "city"] as const;
/** One of `areaKinds`. */
export type AreaKind = (typeof areaKinds)[number];

/** How the areas of a place are told. */
export interface AreaRule {
  /** The table of towns. */
  gazetteer: Gazetteer;
  /**
   * As the released code has it: nearest in degrees, and a label that the dataset lacks counts as missed. Otherwise nearest
   * on the sphere, and such an example is left out.
   */
  official: boolean;
}

/** Labels of the areas that a place lies in, as in OSV-5M: every area with those that it lies in. */
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

/**
 * Labels of many places.
 * @param places unit vectors, [n, 3]
 */
export const labelsOf = (places: Float64Array, rule: AreaRule): Required<AreaLabels>[] =>
  Array.from({ length: places.length / 3 }, (_, i) => labelsAt(toLatLng(vectorAt(places, i)), rule));

/**
 * Is the guess in the area of the truth? For every example 1, 0, or NaN where the truth has no label.
 * @param truths labels of the true places, [n]
 * @param guesses labels of the guesses, [n]
 * @returns [n]
 */
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
