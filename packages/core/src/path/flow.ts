import { combine } from "../sphere/geodesic.js";
import type { Path } from "./path.js";

/**
 * Flow matching in R³ (Lipman et al. 2023): Gaussian noise, straight lines γ·data + (1 − γ)·noise, target their
 * derivative by γ, data − noise.
 */
export const flow: Path = {
  name: "flow",
  space: "euclidean",
  noise: (random) => [random.normal(), random.normal(), random.normal()],
  at: (data, noise, gamma) => ({
    point: combine(gamma, data, 1 - gamma, noise),
    target: combine(1, data, -1, noise),
  }),
};
