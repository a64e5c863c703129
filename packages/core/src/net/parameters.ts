/** Weights: a flat record from state-dict names to tensors, so that a checkpoint is the record itself. */
import { type Tensor, tensor } from "@geodrift/compile";
import type { numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";

/** Weights by their state-dict names; a linear layer's is [out, in]. */
export type Parameters = Record<string, Tensor>;

/** The same record while a function over it is being traced. Arrays are consumed when used: take `.ref`. */
export type Traced = Record<string, np.Array>;

/**
 * A float32 tensor of numbers uniform in ±1/√fanIn, PyTorch's default for weights and biases of linear and
 * convolutional layers.
 * @param fanIn inputs of one output of the layer
 */
export function uniformInit(random: Generator, shape: readonly number[], fanIn: number): Tensor {
  const bound = 1 / Math.sqrt(fanIn);
  return filled(shape, () => random.uniform(-bound, bound));
}

/**
 * A float32 tensor of normal numbers of standard deviation √(2/fanIn) (He et al. 2015), for layers in front of a ReLU.
 * @param fanIn inputs of one output of the layer
 */
export function heInit(random: Generator, shape: readonly number[], fanIn: number): Tensor {
  const deviation = Math.sqrt(2 / fanIn);
  return filled(shape, () => deviation * random.normal());
}

/** A float32 tensor of zeros. */
export const zeros = (shape: readonly number[]): Tensor => filled(shape, () => 0);
/** A float32 tensor of ones. */
export const ones = (shape: readonly number[]): Tensor => filled(shape, () => 1);

function filled(shape: readonly number[], value: () => number): Tensor {
  return tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, value), shape);
}

/** The same weights in memory of their own; float32 only. */
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
