/** What is known besides the picture: a weight for every place, times the density, scaled to a total of one. */
import { GeodriftError } from "../errors/geodrift-error.js";
import { cornersOf, pointWithin } from "../sphere/icosphere.js";
import { type Vec3, vectorAt } from "../sphere/point.js";
import type { DensityMesh } from "./mesh-refinement.js";
import { type Focus, refinedNear } from "./refine-near.js";

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

/** Triangles with less mass than this are weighed at their centre alone. */
const smallMass = 1e-5;

/** Barycentric points that stand for a triangle: corners' thirds of a regular subdivision into nine, and its centre. */
const inside: readonly Vec3[] = [
  [1 / 3, 1 / 3, 1 / 3],
  ...[7 / 9, 4 / 9, 1 / 9].flatMap((a) =>
    [7 / 9, 4 / 9, 1 / 9].filter((b) => a + b < 1 - 1e-9).map((b): Vec3 => [a, b, 1 - a - b]),
  ),
];

/** The same distribution on triangles as small as the foci of the prior ask for. */
export const refinedFor = (mesh: DensityMesh, { focus = [] }: Prior): DensityMesh => focus.reduce(refinedNear, mesh);

/** What is left of every triangle's mass. */
function weighed(mesh: DensityMesh, prior: Prior): { weighted: Float64Array; total: number } {
  const weighted = mesh.masses.map((mass, t) => {
    const corners = cornersOf(mesh, t);
    const points = mass < smallMass ? inside.slice(0, 1) : inside;
    return (mass * points.reduce((sum, p) => sum + prior(pointWithin(corners, p)), 0)) / points.length;
  });
  const total = weighted.reduce((a, b) => a + b, 0);
  if (!(total > 0)) throw new GeodriftError("option", "the prior leaves zero probability everywhere");
  return { weighted, total };
}

/**
 * The posterior: the distribution times the prior, scaled to a total of one, on a mesh that is refined for the prior.
 * @throws GeodriftError `option` if the prior leaves zero probability everywhere
 */
export function withPrior(unfocused: DensityMesh, prior: Prior): DensityMesh {
  const mesh = refinedFor(unfocused, prior);
  const { weighted, total } = weighed(mesh, prior);
  const { vertices, vertexLogDensities } = mesh;
  return {
    ...mesh,
    masses: weighted.map((m) => m / total),
    vertexLogDensities: vertexLogDensities.map((l, v) => l + Math.log(prior(vectorAt(vertices, v)) / total)),
  };
}

/**
 * How far a distribution and a prior agree: the probability that the distribution alone gives to the smallest region that
 * holds `mass` of the posterior. It is `mass` where the prior says nothing, and near zero where the two contradict one
 * another.
 * @param mesh the distribution, as fine as `refinedFor` makes it
 * @param mass probability of the region, 0 … 1
 * @returns a probability, 0 … 1
 * @throws GeodriftError `option` if the prior leaves zero probability everywhere
 */
export function ownShare(mesh: DensityMesh, prior: Prior, mass = 0.9): number {
  const { weighted, total } = weighed(mesh, prior);
  const { masses, areas } = mesh;
  const order = Uint32Array.from(masses.keys()).sort((a, b) => weighted[b] / areas[b] - weighted[a] / areas[a]);
  let [held, own] = [0, 0];
  for (const t of order) {
    if (held >= mass * total) break;
    const share = Math.min(1, (mass * total - held) / weighted[t]);
    held += share * weighted[t];
    own += share * masses[t];
  }
  return own;
}
