/**
 * One step from noise to places as a function of traced arrays, as the released code of “Around the World in 80
 * Timesteps” takes it: for export to ONNX.
 */
import { numpy as np } from "@jax-js/jax";
import { constant } from "../net/layers.js";
import type { Traced } from "../net/parameters.js";
import { type VelocityConfig, velocity } from "../net/velocity.js";
import type { PathName } from "../path/paths.js";

type Arr = np.Array;

/** x scaled to length one, over the last axis. */
const normalized = (x: Arr): Arr => x.ref.mul(np.reciprocal(np.sqrt(x.ref.mul(x).sum(-1, { keepdims: true }))));

/**
 * One published step, traced: Euler's for flows, with a retraction to the sphere where the path lies on it, DDIM for
 * diffusion. Guidance is always evaluated, so one graph serves every w. All arrays but `p`'s are consumed.
 * @param p weights by state-dict name
 * @param x points, [n, 3]
 * @param gamma γ of the points, [1]
 * @param next γ after the step, [1]
 * @param embedding condition c, [1, cond_dim]
 * @param guidance w of (1 + w) ψ(c) − w ψ(∅), [1]; ∅ is a vector of zeros
 * @returns points at `next`, [n, 3]
 */
export function tracedStep(
  path: PathName,
  config: VelocityConfig,
  p: Traced,
  x: Arr,
  gamma: Arr,
  next: Arr,
  embedding: Arr,
  guidance: Arr,
): Arr {
  const at = (c: Arr) => velocity(config, p, x.ref, gamma.ref, c);
  const none = at(embedding.ref.mul(0));
  const psi = at(embedding).mul(guidance.ref.add(1)).sub(none.mul(guidance));
  if (path === "diffusion") {
    const [signal, level] = [np.sqrt(gamma.ref), np.sqrt(constant(gamma, 1).sub(gamma.ref))];
    const data = np.clip(x.ref.sub(level.ref.mul(psi)).mul(np.reciprocal(signal.ref)), -1, 1);
    const noise = x.sub(signal.mul(data.ref)).mul(np.reciprocal(level));
    return np
      .sqrt(next.ref)
      .mul(data)
      .add(np.sqrt(constant(next, 1).sub(next.ref)).mul(noise));
  }
  const moved = x.ref.add(next.ref.sub(gamma.ref).mul(psi));
  return path === "riemannian-flow" ? normalized(moved) : moved;
}
