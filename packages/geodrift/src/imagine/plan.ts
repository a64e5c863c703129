/** What is to be drawn: pictures with what each is told, and how they lie beside each other. */
import {
  dualGuidance,
  GeodriftError,
  type Guidance,
  geodesic,
  type LatLng,
  type SamplingRequest,
  toLatLng,
  toVec3,
} from "@geodrift/core";
import { kindOf, months, seasons } from "../earth/captions.js";
import { formatLatLng } from "../places/format.js";

/** What all pictures of a plan share. */
export interface ImagineSettings {
  groundKm: number;
  guidance: Guidance;
  steps: number;
  solver: string;
  size: number;
}

export interface PlannedPicture {
  /** For people. */
  label: string;
  /** Places whose terms are averaged: none, one, or many of a region. */
  places: readonly LatLng[];
  words?: string;
  seed: number;
}

export interface Plan {
  cells: readonly PlannedPicture[];
  columns: number;
  /** Cells follow one another in time. */
  moving: boolean;
}

const labelOf = (place: LatLng | undefined, words: string | undefined): string =>
  [words, place && formatLatLng(place)].filter((part) => part !== undefined && part !== "").join(", ");

/** `n` pictures of one place, each from a noise of its own. */
export function picturesPlan(place: LatLng | undefined, words: string | undefined, seed: number, n: number): Plan {
  const cells = Array.from({ length: n }, (_, k) => ({
    label: `${labelOf(place, words)}, seed ${seed + k}`,
    places: place ? [place] : [],
    words,
    seed: seed + k,
  }));
  return { cells, columns: Math.ceil(Math.sqrt(n)), moving: false };
}

/** Every place with every wording, all from one noise: rows are places, columns words. */
export function gridPlan(places: readonly LatLng[], wordings: readonly (string | undefined)[], seed: number): Plan {
  const cells = places.flatMap((place) =>
    wordings.map((words) => ({ label: labelOf(place, words), places: [place], words, seed })),
  );
  return { cells, columns: wordings.length, moving: false };
}

/** From one place to another along the great circle, from one noise; between antipodes along one of many. */
export function walkPlan(from: LatLng, to: LatLng, words: string | undefined, seed: number, frames: number): Plan {
  const [a, b] = [toVec3(from), toVec3(to)];
  const cells = Array.from({ length: frames }, (_, k) => {
    const place = toLatLng(geodesic(a, b, k / Math.max(1, frames - 1)).point);
    return { label: labelOf(place, words), places: [place], words, seed };
  });
  return { cells, columns: Math.min(frames, 8), moving: true };
}

/** @throws RangeError for words that the months of a year cannot be put after */
export function checkMonthsWords(words: readonly string[]): void {
  const times: readonly string[] = [...months, ...seasons];
  const own = words.find((word) => times.includes(word));
  if (own) throw new GeodriftError("option", `--months tells every month itself, the words name ${own}`);
  const kind = kindOf(words);
  if (kind !== undefined && kind !== "satellite")
    throw new GeodriftError("option", `--months is for satellite views, the words say ${kind}`);
}

/** One place through the months of the year, from one noise. */
export function monthsPlan(place: LatLng | undefined, words: string | undefined, seed: number): Plan {
  const cells = months.map((month) => {
    const caption = words ? `${words} in ${month}` : `satellite view in ${month}`;
    return { label: month, places: place ? [place] : [], words: caption, seed };
  });
  return { cells, columns: 4, moving: true };
}

/** `n` pictures, each of the average of many places: the terms are averaged, not the pixels (Feng et al. 2025, eq. 8). */
export function averagePlan(places: readonly LatLng[], words: string | undefined, seed: number, n: number): Plan {
  const cells = Array.from({ length: n }, (_, k) => ({
    label: `average of ${places.length} places, seed ${seed + k}`,
    places,
    words,
    seed: seed + k,
  }));
  return { cells, columns: Math.ceil(Math.sqrt(n)), moving: false };
}

/** What the solver takes for a cell. */
export const drawingOf = (
  { places, words, seed }: PlannedPicture,
  settings: ImagineSettings,
  attention = false,
): SamplingRequest => ({
  terms: dualGuidance(words, places, settings.guidance),
  // All that a cell is told, whatever the guidance makes of it.
  ...(attention && { attention: places.length > 0 ? places.map((place) => ({ words, place })) : [{ words }] }),
  groundKm: settings.groundKm,
  size: settings.size,
  seed,
  steps: settings.steps,
  solver: settings.solver,
});
