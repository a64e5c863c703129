/** How much of the globe must be searched to find so many of the places? */
import { earthAreaKm2 } from "../sphere/cap.js";

export interface RecallAgainstArea {
  /** Sizes of the searched region, km². */
  areasKm2: number[];
  /** Share of the truths that a region of each size holds. */
  recall: number[];
}

/** From a square kilometre to the whole globe, four to the decade. */
export const searchedAreasKm2: readonly number[] = [
  ...Array.from({ length: 35 }, (_, i) => 10 ** (i / 4)),
  earthAreaKm2,
];

/**
 * Recall against area: each region is the smallest of its distribution that holds the truth, or the circle around a single
 * guess that reaches it.
 * @param areasKm2 for every example, the area of that region
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
