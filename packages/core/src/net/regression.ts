/** The plain baseline: one point from the embedding, by a perceptron whose output is put on the sphere. */
import { numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";
import { constant } from "./layers.js";
import type { Parameters, Traced } from "./parameters.js";
import { initPerceptron, type PerceptronConfig, perceptron, perceptronShapes } from "./perceptron.js";

/** Sizes of a regression: those of its perceptron. */
export type RegressionConfig = PerceptronConfig;

/** Names and shapes of every weight. */
export const regressionShapes = (config: RegressionConfig): Record<string, number[]> => perceptronShapes(config, 3);

/** Random weights, by PyTorch's default initialisation. */
export const initRegression = (config: RegressionConfig, random: Generator): Parameters =>
  initPerceptron(config, 3, random);

/**
 * One place for every embedding.
 * @param embedding [n, cond_dim]
 * @returns unit vectors [n, 3]
 */
export function regression(config: RegressionConfig, p: Traced, embedding: np.Array): np.Array {
  const v = perceptron(config, p, embedding);
  const squares = v.ref.mul(v.ref).sum(-1, { keepdims: true });
  return v.ref.mul(np.reciprocal(np.sqrt(squares.ref.add(constant(squares, 1e-12)))));
}
