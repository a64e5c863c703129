/** A multi-layer perceptron with GELU between its layers: what stands behind the plain baselines. */
import type { numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";
import { gelu, linear } from "./layers.js";
import { type Parameters, type Traced, uniformInit } from "./parameters.js";

export interface PerceptronConfig {
  cond_dim: number;
  dim: number;
  /** Hidden layers. */
  depth: number;
}

export function initPerceptron({ cond_dim, dim, depth }: PerceptronConfig, out: number, random: Generator): Parameters {
  const p: Parameters = {};
  for (let i = 0; i <= depth; i++) {
    const [rows, columns] = [i === depth ? out : dim, i === 0 ? cond_dim : dim];
    p[`layers.${i}.weight`] = uniformInit(random, [rows, columns], columns);
    p[`layers.${i}.bias`] = uniformInit(random, [rows], columns);
  }
  return p;
}

/** [n, cond_dim] to [n, out]. */
export function perceptron({ depth }: PerceptronConfig, p: Traced, embedding: np.Array): np.Array {
  let h = embedding;
  for (let i = 0; i < depth; i++) h = gelu(linear(p, `layers.${i}`, h));
  return linear(p, `layers.${depth}`, h);
}
