/** What is known besides the picture: a weight for every place, times the density, scaled to a total of one. */
import { cornersOf, pointWithin } from "../sphere/icosphere.js";
import { type Vec3, vectorAt } from "../sphere/point.js";
import type { DensityMesh } from "./mesh-refinement.js";
import { type Focus, refinedNear } from "./refine-near.js";

export interface Prior {
  /** Relative weight of a place, nought or more. */
  (x: Vec3): number;
  /** Where it changes within so short a distance that a mesh made without it may be too coarse. */
  focus?: readonly Focus[];
}

/** The prior that takes in both. */
export const productOfPriors = (a: Prior, b: Prior): Prior =>
  Object.assign((x: Vec3) => a(x) * b(x), { focus: [...(a.focus ?? []), ...(b.focus ?? [])] });

/** Triangles with less mass than this are weighed at their centre alone. */
const smallMass = 1e-5;

/** Barycentric points that stand for a triangle: corners' thirds of a regular subdivision into nine, and its centre. */
const inside: readonly Vec3[] = [
  [1 / 3, 1 / 3, 1 / 3],
  ...[7 / 9, 4 / 9, 1 / 9].flatMap((a) =>
    [7 / 9, 4 / 9, 1 / 9].filter((b) => a + b < 1 - 1e-9).map((b): Vec3 => [a, b, 1 - a - b]),
  ),
];

/**
 * @throws RangeError if the prior leaves nothing of the distribution
 */
export function withPrior(unfocused: DensityMesh, prior: Prior): DensityMesh {
  const mesh = (prior.focus ?? []).reduce(refinedNear, unfocused);
  const { vertices, masses, vertexLogDensities } = mesh;
  const weighted = masses.map((mass, t) => {
    const corners = cornersOf(mesh, t);
    const points = mass < smallMass ? inside.slice(0, 1) : inside;
    return (mass * points.reduce((sum, p) => sum + prior(pointWithin(corners, p)), 0)) / points.length;
  });
  const total = weighted.reduce((a, b) => a + b, 0);
  if (!(total > 0)) throw new RangeError("the prior leaves nothing of the distribution");
  return {
    ...mesh,
    masses: weighted.map((m) => m / total),
    vertexLogDensities: vertexLogDensities.map((l, v) => l + Math.log(prior(vectorAt(vertices, v)) / total)),
  };
}
