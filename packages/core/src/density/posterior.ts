/** The density times what is known besides the picture, scaled to a total of one: nothing is left where that is zero. */
import { GeodriftError } from "../errors/geodrift-error.js";
import { edgeKey } from "../sphere/icosphere.js";
import { vectorAt } from "../sphere/point.js";
import { logMeanExp } from "./log-linear.js";
import type { DensityMesh } from "./mesh-refinement.js";
import { type Prior, pointsInside } from "./prior.js";
import { cut, refinedNear } from "./refine-near.js";

/** Triangles within which the weight changes by less than this, relative to its greatest, are taken as even. */
const even = 0.25;

/** Probability that may be left in triangles that a prior's limits run through, of which they get a share by nine points each. */
const looseMass = 0.01;

const [mostRounds, mostVertices] = [16, 40_000];

/**
 * The same distribution on triangles as small as the prior asks for: near its foci, and, where probability is left, along its
 * limits.
 */
export function refinedFor(mesh: DensityMesh, prior: Prior): DensityMesh {
  let fine = refinedNear(mesh, prior.focus ?? []);
  const weights: number[] = [];
  for (let round = 0; round < mostRounds; round++) {
    const { triangles, vertices, masses } = fine;
    for (let v = weights.length; 3 * v < vertices.length; v++) weights.push(prior(vectorAt(vertices, v)));
    const loose: [triangle: number, mass: number][] = [];
    let total = 0;
    masses.forEach((mass, t) => {
      const [a, b, c] = [0, 1, 2].map((k) => weights[triangles[3 * t + k]]);
      const most = Math.max(a, b, c);
      total += (mass * (a + b + c)) / 3;
      if (most - Math.min(a, b, c) > even * most) loose.push([t, mass * most]);
    });
    const sum = loose.reduce((s, [, mass]) => s + mass, 0);
    if (sum <= looseMass * total || vertices.length / 3 > mostVertices) break;
    const marked = new Set<number>();
    let covered = 0;
    for (const [t, mass] of loose.sort((a, b) => b[1] - a[1])) {
      if (covered > 0.9 * sum) break;
      covered += mass;
      for (let k = 0; k < 3; k++) marked.add(edgeKey(triangles[3 * t + k], triangles[3 * t + ((k + 1) % 3)]));
    }
    fine = cut(fine, marked);
  }
  return fine;
}

/**
 * A distribution times a prior, on the mesh as it is: as fine as `refinedFor` makes it, or the limits of the prior are blurred.
 * @throws GeodriftError `option` if the prior leaves zero probability everywhere
 */
export function weighted(mesh: DensityMesh, prior: Prior): DensityMesh {
  const { vertices, triangles, vertexLogDensities, prior: before } = mesh;
  const weights = Float64Array.from({ length: vertices.length / 3 }, (_, v) => prior(vectorAt(vertices, v)));
  // What an earlier prior has ruled out stays so.
  const left: Prior = before ? (x) => (before(x) === 0 ? 0 : prior(x)) : prior;
  const areas = mesh.areas.slice();
  const logs = mesh.masses.map((mass, t) => {
    const corners = [0, 1, 2].map((k) => triangles[3 * t + k]);
    const own = corners.map((v) => weights[v]);
    const { mean, kept } = weightOf(mesh, t, left, own);
    if (kept > 0) areas[t] *= kept;
    // Far below the peak of a sharp answer a mass is no number any more, and its logarithm is.
    const [a, b, c] = corners.map((v) => vertexLogDensities[v]);
    const isNumber = mass > 0 || mesh.turned[t] === 1;
    return Math.log(mean) + (isNumber ? Math.log(mass) : Math.log(mesh.areas[t]) + logMeanExp(a, b, c));
  });
  const top = logs.reduce((a, b) => Math.max(a, b));
  if (top === Number.NEGATIVE_INFINITY) throw new GeodriftError("option", "what is known leaves no place on Earth");
  const masses = logs.map((l) => Math.exp(l - top));
  const sum = masses.reduce((a, b) => a + b, 0);
  const logTotal = top + Math.log(sum);
  return {
    ...mesh,
    masses: masses.map((m) => m / sum),
    areas,
    vertexLogDensities: vertexLogDensities.map((l, v) => l + Math.log(weights[v]) - logTotal),
    prior: before ? (x) => before(x) * prior(x) : prior,
  };
}

/** The mean weight of a triangle, and the share of it that keeps any. */
function weightOf(mesh: DensityMesh, t: number, prior: Prior, corners: number[]): { mean: number; kept: number } {
  const [middle, ...others] = pointsInside(mesh, t);
  const own = prior(middle);
  // Alike in the middle and at its corners, a triangle is taken to be so throughout.
  const all = corners.every((w) => w === own) ? [own] : others.map((x) => prior(x));
  return {
    mean: all.reduce((a, b) => a + b) / all.length,
    kept: all.filter((w) => w > 0).length / all.length,
  };
}

/**
 * The posterior: the distribution times the prior, scaled to a total of one, on a mesh that is refined for the prior. Where the
 * prior is zero there is nothing: no mass, no density, no sample.
 * @throws GeodriftError `option` if the prior leaves zero probability everywhere
 */
export const withPrior = (mesh: DensityMesh, prior: Prior): DensityMesh => weighted(refinedFor(mesh, prior), prior);

/**
 * How far a distribution and a prior agree: the probability that the distribution alone gives to the smallest region that
 * holds `mass` of the posterior. It is `mass` where the prior says nothing, and near zero where the two contradict one
 * another.
 * @param alone the distribution
 * @param posterior what `weighted` has made of it, on the same triangles
 * @param mass probability of the region, 0 … 1
 * @returns a probability, 0 … 1
 */
export function ownShare(alone: DensityMesh, { masses, areas }: DensityMesh, mass = 0.9): number {
  const order = Uint32Array.from(masses.keys()).sort((a, b) => masses[b] / areas[b] - masses[a] / areas[a]);
  let [held, own] = [0, 0];
  for (const t of order) {
    if (held >= mass) break;
    const share = Math.min(1, (mass - held) / masses[t]);
    held += share * masses[t];
    own += (share * alone.masses[t] * areas[t]) / alone.areas[t];
  }
  return own;
}
