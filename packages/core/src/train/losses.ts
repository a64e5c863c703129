import type { numpy as np } from "@jax-js/jax";
import { mean } from "../net/layers.js";
import type { Traced } from "../net/parameters.js";
import { type VelocityConfig, velocity } from "../net/velocity.js";

type Arr = np.Array;

/**
 * Mean squared error of the velocity network against a path's target, over samples and coordinates. One formula serves
 * flow matching, Riemannian flow matching and diffusion: they differ in points and targets. Arrays but `p`'s are
 * consumed.
 * @param p weights by state-dict name
 * @param point points on the path, [n, 3]
 * @param gamma γ of the points, [n]; 1 is data
 * @param embedding conditions, [n, cond_dim]; rows of zeros where the condition is dropped
 * @param target dx/dγ of flows, the noise of a diffusion, [n, 3]
 * @returns a scalar
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
