/**
 * Optimisers work on arrays in place, in few passes over parameters, gradient, moments and average: as nodes of a graph
 * the same arithmetic is some twenty passes over all weights, and every one of their results a copy.
 */
import type { Tensor } from "@geodrift/compile";
import { type Parameters, zeros } from "../net/parameters.js";
import { approach, type Slot } from "./adam.js";

/** Running means of the gradient (`first`) and of its square (`second`), by name: as large as the learned weights. */
export type Moments = {
  first: Parameters;
  second: Parameters;
};

/** Moments of zero for every tensor of `params`: those before the first step. */
export function zeroMoments(params: Parameters): Moments {
  const zero = () => Object.fromEntries(Object.entries(params).map(([name, t]) => [name, zeros(t.dims)]));
  return { first: zero(), second: zero() };
}

/** Settings that AdamW and LAMB share. */
export interface OptimizerOptions {
  /** Decays β₁ and β₂ of the first and the second moment; 0.9 and 0.999 if left out. */
  betas?: readonly [number, number];
  /** ε, added to the root of the second moment; 10⁻⁸ if left out. */
  eps?: number;
  /** Decoupled weight decay λ; 0 if left out. AdamW decays tensors of two or more axes alone, LAMB all. */
  weightDecay?: number;
  /**
   * Decay of the average: average ← decay·average + (1 − decay)·weights; 0 if left out. (The official code has the two
   * swapped.)
   */
  ema?: number;
}

/** Updates one tensor in place at learning rate `rate`; may overwrite the gradient. `t` counts steps from 1. */
export type Update = (slot: Slot, rate: number, t: number, options: OptimizerOptions) => void;

/**
 * Applies an update to every tensor that has a gradient, in place. The others stand still, but their average goes on:
 * whatever share of the steps a tensor learns in, all are averaged over the same steps.
 * @param gradients by name: of all learned weights, or of some
 * @param rate learning rate
 * @param t step, counted from 1
 */
export function optimize(
  update: Update,
  state: { params: Parameters; moments: Moments; average?: Parameters },
  gradients: Parameters,
  rate: number,
  t: number,
  options: OptimizerOptions,
): void {
  const data = (x: Tensor | undefined) => x?.data as Float32Array;
  for (const [name, gradient] of Object.entries(gradients)) {
    const slot: Slot = {
      weights: data(state.params[name]),
      gradient: data(gradient),
      first: data(state.moments.first[name]),
      second: data(state.moments.second[name]),
      average: data(state.average?.[name]),
      axes: gradient.dims.length,
    };
    update(slot, rate, t, options);
  }
  for (const [name, average] of Object.entries(state.average ?? {}))
    if (!(name in gradients)) approach(data(average), data(state.params[name]), 1 - (options.ema ?? 0));
}

/**
 * Scales gradients down, in place, to a common Euclidean length of at most `maxNorm` (Pascanu et al. 2013).
 * @returns the length before
 */
export function clipGradients(gradients: Parameters, maxNorm: number): number {
  const all = Object.values(gradients).map((t) => t.data as Float32Array);
  let squares = 0;
  for (const data of all) for (let i = 0; i < data.length; i++) squares += data[i] * data[i];
  const length = Math.sqrt(squares);
  if (length > maxNorm) for (const data of all) for (let i = 0; i < data.length; i++) data[i] *= maxNorm / length;
  return length;
}

/**
 * Decay of a moving average at step `t`, counted from 1: min(decay, (1 + t) / (10 + t)), so that the average soon forgets
 * the first weights.
 */
export const warmedDecay = (decay: number, t: number): number => Math.min(decay, (1 + t) / (10 + t));
