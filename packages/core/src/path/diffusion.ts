import { combine } from "../sphere/geodesic.js";
import type { Path } from "./path.js";

/** Diffusion in R³ (Ho et al. 2020), variance preserving: Gaussian noise, point √γ·data + √(1 − γ)·noise, target the noise. */
export const diffusion: Path = {
  name: "diffusion",
  space: "euclidean",
  noise: (random) => [random.normal(), random.normal(), random.normal()],
  at: (data, noise, gamma) => ({
    point: combine(Math.sqrt(gamma), data, Math.sqrt(1 - gamma), noise),
    target: noise,
  }),
};
