import { numpy as np } from "@jax-js/jax";
import { constant } from "../net/layers.js";
import type { Traced } from "../net/parameters.js";
import type { Moments } from "./adamw.js";

type Arr = np.Array;

/**
 * One step of LAMB (You et al. 2020, Algorithm 2), traced: Adam's step plus weight decay, scaled per tensor by
 * ‖weights‖ / ‖step‖ (1 if either is 0, no clamp). Decay acts on every tensor, biases included, as in the official code.
 * @param corrections 1/(1−β₁ᵗ), 1/(1−β₂ᵗ), [2]
 */
export function lamb(
  params: Traced,
  grads: Traced,
  moments: Moments<Arr>,
  lr: Arr,
  corrections: Arr,
  { betas: [b1, b2] = [0.9, 0.999] as readonly [number, number], eps = 1e-8, weightDecay = 0 } = {},
): { params: Traced; moments: Moments<Arr> } {
  const next: Traced = {};
  const first: Traced = {};
  const second: Traced = {};
  const [c1, c2] = [corrections.ref.slice(0), corrections.ref.slice(1)];
  for (const [name, p] of Object.entries(params)) {
    const g = grads[name];
    first[name] = moments.first[name].ref.mul(constant(g, b1)).add(g.ref.mul(constant(g, 1 - b1)));
    second[name] = moments.second[name].ref.mul(constant(g, b2)).add(g.ref.mul(g.ref).mul(constant(g, 1 - b2)));
    const adam = first[name].ref
      .mul(c1.ref)
      .mul(np.reciprocal(np.sqrt(second[name].ref.mul(c2.ref)).add(constant(g, eps))));
    const step = adam.add(p.ref.mul(constant(p, weightDecay)));
    const [weightNorm, stepNorm] = [norm(p), norm(step)];
    const defined = np.minimum(weightNorm.ref, stepNorm.ref).greater(0);
    const trust = np.where(
      defined,
      weightNorm.mul(np.reciprocal(np.where(stepNorm.ref.greater(0), stepNorm.ref, 1))),
      1,
    );
    next[name] = p.ref.sub(step.ref.mul(trust.mul(lr.ref)));
  }
  return { params: next, moments: { first, second } };
}

const norm = (x: Arr): Arr => np.sqrt(x.ref.mul(x.ref).sum());
