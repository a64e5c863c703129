/**
 * How noise is carried to data: the noisy point at γ and what the network is to predict there. The three methods of
 * Dufour et al. 2024 (arXiv 2412.06781, section 3.2) differ in nothing else.
 */
import type { Generator } from "../random/generator.js";
import type { Vec3 } from "../sphere/point.js";

/** Names of the three methods. */
export type PathName = "riemannian-flow" | "flow" | "diffusion";

/** A way from noise to data, and the network's target along it. */
export interface Path {
  /** Its name in `paths`. */
  readonly name: PathName;
  /** Where points live: on S² they stay on the sphere. */
  readonly space: "sphere" | "euclidean";
  /** A random point of the noise distribution: a unit vector, or a standard normal in R³. */
  noise(random: Generator): Vec3;
  /**
   * The point at γ between noise (γ = 0) and data (γ = 1), and the network's target there.
   * @param data unit vector
   * @param noise as `noise` draws it
   */
  at(data: Vec3, noise: Vec3, gamma: number): { point: Vec3; target: Vec3 };
}
