import type { numpy as np } from "@jax-js/jax";
import { mean } from "../net/layers.js";
import type { Traced } from "../net/parameters.js";
import { type VelocityConfig, velocity } from "../net/velocity.js";

type Arr = np.Array;

/**
 * Mean squared error of the network against a path's target, over samples and coordinates. One formula serves the three
 * methods (spec §3): they differ in points and targets.
 * @param point [n, 3]
 * @param gamma [n]
 * @param embedding [n, cond_dim], rows of zeros where the condition is dropped
 * @param target [n, 3]
 */
export function matchingLoss(
  config: VelocityConfig,
  p: Traced,
  point: Arr,
  gamma: Arr,
  embedding: Arr,
  target: Arr,
): Arr {
  const error = velocity(config, p, point, gamma, embedding).sub(target);
  return mean(error.ref.mul(error.ref), [0, 1]).reshape([]);
}
