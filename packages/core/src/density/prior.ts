/** What is known besides the picture: a weight for every place. */
import { cornersOf, ninths, pointWithin, type SphereMesh } from "../sphere/icosphere.js";
import type { Vec3 } from "../sphere/point.js";

/** A place around which something changes within a short distance. */
export interface Focus {
  /** Unit vector. */
  centre: Vec3;
  /** The distance, radians. */
  width: number;
}

/** A prior distribution of places, up to a constant factor: a function of a unit vector. */
export interface Prior {
  /** Relative weight of a place (a unit vector), zero or more. */
  (x: Vec3): number;
  /** Where the weight changes within so short a distance that a mesh made without it may be too coarse. */
  focus?: readonly Focus[];
}

/** The product of two priors, with the foci of both. */
export const productOfPriors = (a: Prior, b: Prior): Prior =>
  Object.assign((x: Vec3) => a(x) * b(x), { focus: [...(a.focus ?? []), ...(b.focus ?? [])] });

const middle: Vec3 = [1 / 3, 1 / 3, 1 / 3];

/** The middle of a triangle of a mesh, and nine points evenly spread over it. */
export const pointsInside = (mesh: SphereMesh, triangle: number): Vec3[] => {
  const corners = cornersOf(mesh, triangle);
  return [middle, ...ninths].map((shares) => pointWithin(corners, shares));
};
