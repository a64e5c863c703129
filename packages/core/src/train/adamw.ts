import { numpy as np } from "@jax-js/jax";
import { constant } from "../net/layers.js";
import type { Traced } from "../net/parameters.js";

/** AdamW (Loshchilov & Hutter 2019, Algorithm 2), decoupled decay on weights of two or more axes. */
export interface AdamWOptions {
  betas?: readonly [number, number];
  eps?: number;
  weightDecay?: number;
}

/** First and second moments. */
export type Moments<T> = {
  first: Record<string, T>;
  second: Record<string, T>;
};

/**
 * One step, traced.
 * @param lr learning rate, scalar
 * @param corrections 1/(1−β₁ᵗ) and 1/(1−β₂ᵗ) for step t = 1, 2, …, [2]
 */
export function adamw(
  params: Traced,
  grads: Traced,
  moments: Moments<np.Array>,
  lr: np.Array,
  corrections: np.Array,
  { betas: [b1, b2] = [0.9, 0.999], eps = 1e-8, weightDecay = 0 }: AdamWOptions = {},
): { params: Traced; moments: Moments<np.Array> } {
  const next: Traced = {};
  const first: Traced = {};
  const second: Traced = {};
  const c1 = corrections.ref.slice(0);
  const c2 = corrections.ref.slice(1);
  for (const name of Object.keys(params)) {
    const g = grads[name];
    first[name] = moments.first[name].ref.mul(constant(g, b1)).add(g.ref.mul(constant(g, 1 - b1)));
    second[name] = moments.second[name].ref.mul(constant(g, b2)).add(g.ref.mul(g.ref).mul(constant(g, 1 - b2)));
    // √(c₂ v) = √c₂ √v, and scalars gathered into one factor: fewer passes over every weight.
    const root = np.sqrt(second[name].ref).add(np.reciprocal(np.sqrt(c2.ref)).mul(constant(g, eps)));
    const rate = lr.ref.mul(c1.ref).mul(np.reciprocal(np.sqrt(c2.ref)));
    const step = first[name].ref.mul(np.reciprocal(root)).mul(rate);
    const decayed =
      weightDecay > 0 && params[name].ndim > 1
        ? params[name].ref.mul(lr.ref.mul(constant(lr, -weightDecay)).add(1))
        : params[name].ref;
    next[name] = decayed.sub(step);
  }
  return { params: next, moments: { first, second } };
}

export function adamCorrections(step: number, [b1, b2]: readonly [number, number] = [0.9, 0.999]): [number, number] {
  return [1 / (1 - b1 ** step), 1 / (1 - b2 ** step)];
}
