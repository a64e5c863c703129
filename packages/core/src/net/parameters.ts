/** Weights: a flat record from state-dict names to tensors, so that a checkpoint is the record itself. */
import { type Tensor, tensor } from "@geodrift/compile";
import type { numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";

export type Parameters = Record<string, Tensor>;

/** The same record while a function over it is being traced. */
export type Traced = Record<string, np.Array>;

/** PyTorch's default for linear and convolutional layers: weight and bias uniform in ±1/√fanIn. */
export function uniformInit(random: Generator, shape: readonly number[], fanIn: number): Tensor {
  const bound = 1 / Math.sqrt(fanIn);
  return filled(shape, () => random.uniform(-bound, bound));
}

/** Normal with standard deviation √(2/fanIn) (He et al. 2015), for layers in front of a ReLU. */
export function heInit(random: Generator, shape: readonly number[], fanIn: number): Tensor {
  const deviation = Math.sqrt(2 / fanIn);
  return filled(shape, () => deviation * random.normal());
}

export const zeros = (shape: readonly number[]): Tensor => filled(shape, () => 0);
export const ones = (shape: readonly number[]): Tensor => filled(shape, () => 1);

function filled(shape: readonly number[], value: () => number): Tensor {
  return tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, value), shape);
}

/** The same numbers in memory of their own. */
export const copyOf = (params: Parameters): Parameters =>
  Object.fromEntries(
    Object.entries(params).map(([name, t]) => [name, tensor((t.data as Float32Array).slice(), t.dims)]),
  );

/** The entries whose names begin with `prefix.`, without it. */
export function subtree<T>(p: Record<string, T>, prefix: string): Record<string, T> {
  const dotted = `${prefix}.`;
  return Object.fromEntries(
    Object.entries(p).flatMap(([k, v]) => (k.startsWith(dotted) ? [[k.slice(dotted.length), v]] : [])),
  );
}

/** The entries with `prefix.` put in front of their names. */
export function prefixed<T>(p: Record<string, T>, prefix: string): Record<string, T> {
  return Object.fromEntries(Object.entries(p).map(([k, v]) => [`${prefix}.${k}`, v]));
}
