/** A multi-layer perceptron with GELU between its layers: what stands behind the plain baselines. */
import type { numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";
import { gelu, linear } from "./layers.js";
import { type Parameters, type Traced, uniformInit } from "./parameters.js";

/** Sizes of a perceptron. */
export interface PerceptronConfig {
  /** Numbers of an embedding, its input. */
  cond_dim: number;
  /** Channels of a hidden layer. */
  dim: number;
  /** Number of hidden layers. */
  depth: number;
}

/**
 * Names and shapes of every weight.
 * @param out numbers of its output
 */
export function perceptronShapes({ cond_dim, dim, depth }: PerceptronConfig, out: number): Record<string, number[]> {
  const shapes: Record<string, number[]> = {};
  for (let i = 0; i <= depth; i++) {
    const rows = i === depth ? out : dim;
    shapes[`layers.${i}.weight`] = [rows, i === 0 ? cond_dim : dim];
    shapes[`layers.${i}.bias`] = [rows];
  }
  return shapes;
}

/**
 * Random weights, by PyTorch's default initialisation.
 * @param out numbers of its output
 */
export function initPerceptron(config: PerceptronConfig, out: number, random: Generator): Parameters {
  const shapes = perceptronShapes(config, out);
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      uniformInit(random, shape, shapes[name.replace(/bias$/, "weight")][1]),
    ]),
  );
}

/**
 * The perceptron, with exact GELU after every hidden layer.
 * @param embedding [n, cond_dim]
 * @returns [n, out]
 */
export function perceptron({ depth }: Pick<PerceptronConfig, "depth">, p: Traced, embedding: np.Array): np.Array {
  let h = embedding;
  for (let i = 0; i < depth; i++) h = gelu(linear(p, `layers.${i}`, h));
  return linear(p, `layers.${depth}`, h);
}
