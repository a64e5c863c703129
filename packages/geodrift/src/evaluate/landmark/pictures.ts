/** The pictures that an evaluation of a landmark's model looks at: drawn, or photographs from about a side. */
import { angleBetween, type GuidanceTerm } from "@geodrift/core";
import { pictureOfPlanes } from "../../imagine/draw.js";
import { bytePlanesInto, type PhotoFolder } from "../../landmarks/photo-bank.js";
import { seenFrom } from "../../landmarks/photos-table.js";
import type { LoadedLandmarkModel } from "../../models/image-model.js";
import type { Picture } from "../../pictures/picture.js";
import type { LabelPictures } from "./judge.js";

/** How a landmark's model is evaluated. */
export interface LandmarkEvaluationOptions {
  /** Pictures of every bin. */
  n: number;
  seed: number;
  steps: number;
  solver: string;
  /** Scales of the guidance by words and by the angle. */
  guidance: { words: number; place: number };
  /** Times that the judge sees every photograph. */
  epochs: number;
  /** Where judges are kept. */
  work: string;
}

/** How pictures are drawn, and who hears of them. */
export interface Drawing {
  options: LandmarkEvaluationOptions;
  size: number;
  advance(pictures: number): void;
}

/** Draws a picture for every list of terms, each from a noise of its own. */
export async function drawn(
  { model }: LoadedLandmarkModel,
  terms: readonly GuidanceTerm[][],
  { options: { seed, steps, solver }, size, advance }: Drawing,
): Promise<LabelPictures> {
  const area = 3 * size * size;
  const pixels = new Uint8Array(terms.length * area);
  for (const [i, own] of terms.entries()) {
    for await (const state of model.draw({ terms: own, size, seed: seed + i, steps, solver }))
      if (state.step === state.steps) bytePlanesInto(pixels, i * area, pictureOfPlanes(state.picture, size).data);
    advance(1);
  }
  return { n: terms.length, pixels };
}

/** For every asked azimuth a training photograph from about there: the nearest for the first, the next for the next. */
export function nearestPhotographs(
  { pixels }: { pixels: Record<number, Uint8Array> },
  size: number,
  asked: readonly number[],
  { shown, photos }: PhotoFolder,
): LabelPictures {
  const area = 3 * size * size;
  const out = new Uint8Array(asked.length * area);
  const azimuths = photos.map((photo) => seenFrom(shown, photo).azimuth);
  const taken = new Map<number, number>();
  asked.forEach((a, i) => {
    const order = taken.get(a) ?? 0;
    taken.set(a, order + 1);
    const sorted = azimuths
      .map((_, k) => k)
      .sort((p, q) => angleBetween(azimuths[p], a) - angleBetween(azimuths[q], a));
    const k = sorted[Math.min(order, sorted.length - 1)];
    out.set(pixels[size].subarray(k * area, (k + 1) * area), i * area);
  });
  return { n: asked.length, pixels: out };
}

/** Picture `k` of a set. */
export function pictureAt({ pixels }: LabelPictures, size: number, k: number): Picture {
  const area = size * size;
  const data = new Uint8Array(3 * area);
  for (let i = 0; i < area; i++) for (let c = 0; c < 3; c++) data[3 * i + c] = pixels[(3 * k + c) * area + i];
  return { width: size, height: size, data };
}
