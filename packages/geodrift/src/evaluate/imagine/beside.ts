/** Other models on the views that one is judged by: what a choice in the network does. */
import type { MapLevel } from "@geodrift/core";
import type { LoadedImageModel } from "../../models/image-model.js";
import type { ImagesEvaluationOptions, Means } from "./context.js";
import { conditions, drawTarget } from "./draw-target.js";
import { type Row, realRow, rowOf } from "./row.js";
import { drawTargets, targetSets } from "./targets.js";

/** One model in the comparison of networks. */
export interface BesideRow {
  model: { name: string; sha256: string };
  /** Octaves of its place encoding. */
  octaves: number;
  /** Levels of its learned map of places; none without a map. */
  map: readonly MapLevel[];
  /** Number of its weights. */
  weights: number;
  /** Pixels along a side of its pictures. */
  size: number;
  /** Scores of the real views, and of its own pictures. */
  rows: Row[];
}

/** What pictures are told where models are compared. */
export const besideConditions = ["words alone", "words and place", "place alone"] as const;

/**
 * A model's row of the comparison.
 * @param rows of the real views, and of its own pictures
 */
export function besideRow({ description, sha256, weights }: LoadedImageModel, size: number, rows: Row[]): BesideRow {
  const { name, network } = description;
  return { model: { name, sha256 }, octaves: network.octaves, map: network.map, weights, size, rows };
}

/**
 * Scores another model on the views that the evaluated one is scored on, with the same noise seeds, at its own largest
 * size.
 * @throws GeodriftError `data` if the evaluated model has seen every month and every place
 */
export async function scoreBeside(
  other: LoadedImageModel,
  means: Means,
  options: ImagesEvaluationOptions,
): Promise<BesideRow> {
  const size = Math.max(...other.description.network.sizes);
  const { description } = means.model;
  const [set] = targetSets(description);
  const targets = drawTargets(set, means.source, description, size, options.n, { seed: options.seed });
  const real = targets.map((target) => target.real);
  const rows = [await rowOf(means, realRow, real, targets)];
  for (const telling of besideConditions) {
    const pictures = [];
    for (const [i, target] of targets.entries()) {
      pictures.push(await drawTarget(other, target, conditions[telling], options.seed + i, { ...options, size }));
      means.advance(1);
    }
    rows.push(await rowOf(means, telling, pictures, targets));
  }
  return besideRow(other, size, rows);
}
