/** The plain baseline: one point from the embedding, by a multi-layer perceptron whose output is put on the sphere. */
import { numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";
import { constant, gelu, linear } from "./layers.js";
import { type Parameters, type Traced, uniformInit } from "./parameters.js";

export interface RegressionConfig {
  cond_dim: number;
  dim: number;
  /** Hidden layers. */
  depth: number;
}

export function initRegression({ cond_dim, dim, depth }: RegressionConfig, random: Generator): Parameters {
  const p: Parameters = {};
  for (let i = 0; i <= depth; i++) {
    const [out, into] = [i === depth ? 3 : dim, i === 0 ? cond_dim : dim];
    p[`layers.${i}.weight`] = uniformInit(random, [out, into], into);
    p[`layers.${i}.bias`] = uniformInit(random, [out], into);
  }
  return p;
}

/** Unit vectors [n, 3] for embeddings [n, cond_dim]. */
export function regression({ depth }: RegressionConfig, p: Traced, embedding: np.Array): np.Array {
  let h = embedding;
  for (let i = 0; i < depth; i++) h = gelu(linear(p, `layers.${i}`, h));
  const v = linear(p, `layers.${depth}`, h);
  const squares = v.ref.mul(v.ref).sum(-1, { keepdims: true });
  return v.ref.mul(np.reciprocal(np.sqrt(squares.ref.add(constant(squares, 1e-12)))));
}
