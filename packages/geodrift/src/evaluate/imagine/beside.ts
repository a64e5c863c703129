/** Other models on the views of known places that one is judged by: what a choice in the network does. */
import type { MapLevel } from "@geodrift/core";
import type { LoadedImageModel } from "../../models/image-model.js";
import { drawTarget, tellings } from "./draw-target.js";
import type { ImagesEvaluationOptions, Means } from "./evaluate-images.js";
import { type Row, rowOf } from "./row.js";
import { drawTargets, targetSets } from "./targets.js";

export interface BesideRow {
  model: { name: string; sha256: string };
  octaves: number;
  map: readonly MapLevel[];
  weights: number;
  /** The model's largest pictures. */
  size: number;
  real: Row;
  rows: Row[];
}

export const besideTellings = ["words alone", "words and place", "place alone"] as const;

/** The views of the model that the page is about, and their noise, at this one's own largest size. */
export async function judgeBeside(
  other: LoadedImageModel,
  means: Means,
  options: ImagesEvaluationOptions,
): Promise<BesideRow> {
  const { name, network } = other.description;
  const size = Math.max(...network.sizes);
  const { description } = means.model;
  const [set] = targetSets(description);
  const targets = drawTargets(set, means.source, description, size, options.n, { seed: options.seed });
  const rows: Row[] = [];
  for (const telling of besideTellings) {
    const pictures = [];
    for (const [i, target] of targets.entries()) {
      pictures.push(await drawTarget(other, target, tellings[telling], options.seed + i, { ...options, size }));
      means.advance(1);
    }
    rows.push(await rowOf(means, telling, pictures, targets));
  }
  const real = targets.map((target) => target.real);
  return {
    model: { name, sha256: other.sha256 },
    octaves: network.octaves,
    map: network.map,
    weights: other.weights,
    size,
    real: await rowOf(means, "real view of the place", real, targets),
    rows,
  };
}
