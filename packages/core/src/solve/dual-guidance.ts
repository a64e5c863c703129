/** What pictures are told, and how strongly: the terms of guidance by words and by a place, or an angle. */
import type { LatLng } from "../sphere/point.js";

/**
 * One evaluation of the network, and its weight in the guided sum. A condition that is left out is replaced by its null
 * condition.
 */
export interface GuidanceTerm {
  /** Factor of the term; the weights of all terms add up to one. */
  weight: number;
  /** The caption. */
  words?: string;
  /** The place, degrees; of a model of places. */
  place?: LatLng;
  /** The side that a landmark is seen from, degrees clockwise from north; of a model of angles. */
  azimuth?: number;
}

/**
 * Scales ω of the two guidances of pictures. 1 and 1 follow the conditional network as it is; larger ones follow the
 * condition more strongly.
 */
export interface Guidance {
  /** ω_p of eq. 4, of the words: 0 leaves them out. */
  words: number;
  /** ω_g of eq. 4, of the place, or of the angle: 0 leaves it out. */
  place: number;
}

/**
 * Terms of classifier-free guidance by words, then by the place given the words (Feng et al. 2025, “GPS as a Control
 * Signal for Image Generation”, eq. 4, after Brooks et al. 2023): ε(∅,∅) + ω_p [ε(p,∅) − ε(∅,∅)] + ω_g [ε(p,g) − ε(p,∅)].
 * With several places, the mean of their terms (eq. 8), which is not the mean of their pictures. Terms of weight 0 are
 * left out.
 * @param words the caption; undefined: not told
 * @param places degrees, or azimuths of a model of angles; none: not told
 * @returns terms whose weights add up to one
 */
export function dualGuidance(
  words: string | undefined,
  places: readonly (LatLng | number)[],
  { words: omegaWords, place: omegaPlace }: Guidance,
): GuidanceTerm[] {
  const byWords = words === undefined ? 0 : omegaWords;
  const byPlace = places.length === 0 ? 0 : omegaPlace;
  const terms: GuidanceTerm[] =
    words === undefined ? [{ weight: 1 - byPlace }] : [{ weight: 1 - byWords }, { weight: byWords - byPlace, words }];
  for (const place of places)
    terms.push({
      weight: byPlace / places.length,
      words,
      ...(typeof place === "number" ? { azimuth: place } : { place }),
    });
  return terms.filter(({ weight }) => weight !== 0);
}
