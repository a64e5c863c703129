/** How much of the globe must be searched to find so many of the places? */
import { earthAreaKm2 } from "../sphere/cap.js";

/** The curve of recall against searched area. */
export interface RecallAgainstArea {
  /** Sizes of the searched region, km². */
  areasKm2: number[];
  /** Share of the truths that a region of each size holds, 0 … 1. */
  recall: number[];
}

/** Sizes of the searched region, km²: from 1 km² to the whole globe, four to the decade. */
export const searchedAreasKm2: readonly number[] = [
  ...Array.from({ length: 35 }, (_, i) => 10 ** (i / 4)),
  earthAreaKm2,
];

/**
 * Recall against area: the share of examples whose true place is found by searching a region of each size. The region is
 * the smallest highest-density region of the distribution that holds the truth, or the circle around a single guess that
 * reaches it.
 * @param areasKm2 area of that region for every example, km²
 * @throws RangeError for no examples
 */
export function recallAgainstArea(areasKm2: ArrayLike<number>): RecallAgainstArea {
  const n = areasKm2.length;
  if (n === 0) throw new RangeError("recallAgainstArea: at least one example is needed, got none");
  const all = Array.from(areasKm2);
  return {
    areasKm2: [...searchedAreasKm2],
    recall: searchedAreasKm2.map((area) => all.filter((a) => a <= area).length / n),
  };
}
