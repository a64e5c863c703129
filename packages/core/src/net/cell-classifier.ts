/**
 * Classification over cells: logits for the leaves of a quadtree, beside logits for their ancestors at coarser depths
 * (individual scene networks' hierarchy, Müller-Budack et al. 2018), and where in its cell a place lies (the hybrid of
 * OSV-5M, Astruc et al. 2024).
 */
import { nn, numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";
import type { Quadtree } from "../sphere/quadtree.js";
import { sigmoid } from "./layers.js";
import type { Parameters, Traced } from "./parameters.js";
import { initPerceptron, type PerceptronConfig, perceptron, perceptronShapes } from "./perceptron.js";

type Arr = np.Array;

/** Sizes of a classifier over cells. */
export interface CellClassifierConfig extends PerceptronConfig {
  /** Number of classes of every level, coarse to fine; the last are the leaves. */
  classes: readonly number[];
  /** Does it also say where in the cell a place lies? */
  offsets: boolean;
}

/** Number of classes of every level for a quadtree: its ancestors at each of `depths` (cuts below the root), and its leaves. */
export const cellClasses = (tree: Quadtree, depths: readonly number[]): number[] => [
  ...depths.map((d) => tree.ancestors(d).reduce((most, a) => Math.max(most, a + 1), 0)),
  tree.cells.length,
];

const widthOf = ({ classes, offsets }: CellClassifierConfig): number =>
  classes.reduce((a, b) => a + b, 0) + (offsets ? 2 * classes[classes.length - 1] : 0);

/** Names and shapes of every weight. */
export const cellClassifierShapes = (config: CellClassifierConfig): Record<string, number[]> =>
  perceptronShapes(config, widthOf(config));

/** Random weights, by PyTorch's default initialisation. */
export const initCellClassifier = (config: CellClassifierConfig, random: Generator): Parameters =>
  initPerceptron(config, widthOf(config), random);

/** What the classifier says of a batch of n embeddings. */
export interface CellPrediction {
  /** Log probabilities (nats) of every level, coarse to fine, each [n, classes]. */
  logProbs: Arr[];
  /** Shares of every leaf eastwards and northwards, 0 … 1 (`pointInCell`), [n, leaves, 2]; undefined without offsets. */
  offsets: Arr | undefined;
}

/**
 * The classifier over cells.
 * @param embedding [n, cond_dim]
 */
export function cellClassifier(config: CellClassifierConfig, p: Traced, embedding: Arr): CellPrediction {
  const { classes, offsets } = config;
  const out = perceptron(config, p, embedding);
  const n = out.shape[0];
  let at = 0;
  const part = (count: number) => {
    at += count;
    return out.ref.slice([], [at - count, at]);
  };
  const logProbs = classes.map((count) => nn.logSoftmax(part(count), -1));
  const leaves = classes[classes.length - 1];
  const rest = offsets ? sigmoid(part(2 * leaves)).reshape([n, leaves, 2]) : undefined;
  return { logProbs, offsets: rest };
}

/**
 * Log probabilities of the leaves, [n, leaves]: log of the product of every leaf's own probability and its ancestors',
 * scaled to a total of one (Müller-Budack et al. 2018).
 * @param logProbs of every level, coarse to fine, each [n, classes]; the last are the leaves
 * @param ancestors for every level but the last the leaves' classes, int32 [leaves]
 */
export function leafLogProbs(logProbs: Arr[], ancestors: Arr[]): Arr {
  const joint = logProbs.map((l, level) => (level < ancestors.length ? (np.take(l, ancestors[level], -1) as Arr) : l));
  return nn.logSoftmax(
    joint.reduce((a, b) => a.add(b)),
    -1,
  );
}
