/** What is to be drawn: pictures with what each is told, and how they lie beside each other. */
import {
  dualGuidance,
  type Guidance,
  geodesic,
  type LatLng,
  type SamplingRequest,
  toLatLng,
  toVec3,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { kindOf, months, seasons } from "../earth/captions.js";
import { formatLatLng } from "../places/format.js";

/** What all pictures of a plan share. */
export interface ImagineSettings {
  /** Width of the ground that the pictures show, km; of a model of places. */
  groundKm?: number;
  /** Share of the picture's side that the landmark fills; of a model of landmarks. */
  fill?: number;
  /** Scales ω of the guidance by words and by the place. */
  guidance: Guidance;
  /** Steps of the solver. */
  steps: number;
  /** A name of `imageSolvers`. */
  solver: string;
  /** Pixels along a side. */
  size: number;
}

/** A picture to be drawn, and what it is told. */
export interface PlannedPicture {
  /** What people read under it. */
  label: string;
  /** Places whose terms are averaged, degrees: none, one, or many of a region. */
  places: readonly LatLng[];
  /** The side that a landmark is seen from, degrees clockwise from north; undefined: not told. */
  azimuth?: number;
  /** The caption; undefined: not told. */
  words?: string;
  /** Of the noise. */
  seed: number;
}

/** Pictures to be drawn into one file. */
export interface Plan {
  /** In the order of the sheet, row by row, or of the frames. */
  cells: readonly PlannedPicture[];
  /** Columns of the sheet. */
  columns: number;
  /** Do cells follow one another in time? */
  moving: boolean;
}

const labelOf = (place: LatLng | undefined, words: string | undefined): string =>
  [words, place && formatLatLng(place)].filter((part) => part !== undefined && part !== "").join(", ");

/** `n` pictures of one place, with seeds `seed`, `seed + 1`, … */
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

/**
 * From one place to another along the great circle, in even steps, from one noise; between antipodes along one of many.
 */
export function walkPlan(from: LatLng, to: LatLng, words: string | undefined, seed: number, frames: number): Plan {
  const [a, b] = [toVec3(from), toVec3(to)];
  const cells = Array.from({ length: frames }, (_, k) => {
    const place = toLatLng(geodesic(a, b, k / Math.max(1, frames - 1)).point);
    return { label: labelOf(place, words), places: [place], words, seed };
  });
  return { cells, columns: Math.min(frames, 8), moving: true };
}

/**
 * Checks that the months of a year can be put after words.
 * @throws GeodriftError `option` for words that name a month or a season, or another kind than satellite views
 */
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

/**
 * The request that draws a cell.
 * @param attention are attention maps asked for?
 */
export const drawingOf = (
  { places, azimuth, words, seed }: PlannedPicture,
  { guidance, ...settings }: ImagineSettings,
  attention = false,
): SamplingRequest => ({
  ...settings,
  terms: dualGuidance(words, azimuth === undefined ? places : [azimuth], guidance),
  // All that a cell is told, whatever the guidance makes of it.
  ...(attention && { attention: places.length > 0 ? places.map((place) => ({ words, place })) : [{ words, azimuth }] }),
  seed,
});
