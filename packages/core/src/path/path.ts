/**
 * How noise is carried to data: the noisy point at γ and what the network is to predict there. The three methods of the
 * paper (section 3.2) differ in nothing else.
 */
import type { Generator } from "../random/generator.js";
import type { Vec3 } from "../sphere/point.js";

export type PathName = "riemannian-flow" | "flow" | "diffusion";

export interface Path {
  readonly name: PathName;
  /** Where points live: on S² they stay on the sphere. */
  readonly space: "sphere" | "euclidean";
  /** A point of the noise distribution. */
  noise(random: Generator): Vec3;
  /** The point at γ between noise (γ = 0) and data (γ = 1), and the network's target there. */
  at(data: Vec3, noise: Vec3, gamma: number): { point: Vec3; target: Vec3 };
}
