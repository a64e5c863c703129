/** What a page asks of whoever makes pictures of places. */
import type { LatLng } from "@geodrift/core";

/** The model that makes pictures. */
export interface ImageModelAbout {
  name: string;
  description: string;
  licence: string;
  sizes: number[];
  groundKm: [least: number, most: number];
  words: string[];
  /** Can training views be compared with? */
  memory: boolean;
  usual: { groundKm: number; guidePlace: number; guideWords: number };
}

export interface ImagineAsked {
  at?: LatLng;
  words?: string;
  /** What the words say, or the usual width, if left out. */
  groundKm?: number;
  n: number;
  guidePlace: number;
  guideWords: number;
  seed: number;
  attention: boolean;
}

export interface TokenAttention {
  token: string;
  /** Shares, rows from the top, [grid, grid]. */
  map: number[];
}

export interface Imagined {
  model: { name: string; sha256: string };
  size: number;
  pictures: { seed: number; png: string; sha256: string; attention?: TokenAttention[] }[];
}

/** A picture on its way; PNG in base64. */
export interface ImagineStep {
  index: number;
  step: number;
  steps: number;
  png: string;
}

/** A view of the training, and how unlike the picture it is: root mean square of the pixels, of 255. */
export interface TrainingView {
  png: string;
  at: LatLng;
  km: number;
  groundKm: number;
  kind: string;
  month?: string;
  difference: number;
}

export interface ImageEngine {
  about(): Promise<ImageModelAbout>;
  /** The training view near a place that is most like a picture, PNG in base64. */
  nearest(picture: { png: string; at: LatLng; words?: string }, signal: AbortSignal): Promise<TrainingView>;
  make(asked: ImagineAsked, call: { signal: AbortSignal; onStep(step: ImagineStep): void }): Promise<Imagined>;
}
