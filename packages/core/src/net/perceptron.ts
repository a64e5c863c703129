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

/** Names and shapes of every weight. */
export function perceptronShapes({ cond_dim, dim, depth }: PerceptronConfig, out: number): Record<string, number[]> {
  const shapes: Record<string, number[]> = {};
  for (let i = 0; i <= depth; i++) {
    const rows = i === depth ? out : dim;
    shapes[`layers.${i}.weight`] = [rows, i === 0 ? cond_dim : dim];
    shapes[`layers.${i}.bias`] = [rows];
  }
  return shapes;
}

export function initPerceptron(config: PerceptronConfig, out: number, random: Generator): Parameters {
  const shapes = perceptronShapes(config, out);
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      uniformInit(random, shape, shapes[name.replace(/bias$/, "weight")][1]),
    ]),
  );
}

/** [n, cond_dim] to [n, out]. */
export function perceptron({ depth }: PerceptronConfig, p: Traced, embedding: np.Array): np.Array {
  let h = embedding;
  for (let i = 0; i < depth; i++) h = gelu(linear(p, `layers.${i}`, h));
  return linear(p, `layers.${depth}`, h);
}
