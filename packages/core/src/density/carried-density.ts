/**
 * The density of a solver's own map. Points are carried from data to noise by a fixed number of steps, with tangent vectors
 * that tell what every step does to areas; log p is that of the noise and the logarithm of the whole. Where the map is
 * one-to-one, p integrates to one by construction, however long the steps. (The divergence of the continuous flow ripples
 * in γ, because the network is told the time by sines, and takes hundreds of evaluations; this takes four a step.)
 */

import { GeodriftError } from "../errors/geodrift-error.js";
import type { PathName } from "../path/path.js";
import type { GenerativeModel } from "../path/paths.js";
import {
  type Carried,
  type CarriedStep,
  carriedRk4,
  carriedSphericalRk4,
  type DirectionalField,
} from "../solve/carried-step.js";
import { timesFor } from "../solve/solvers.js";
import { axesAt, tangentsAt } from "../sphere/flat.js";
import { log4Pi, logNormal } from "./noise-density.js";

/** Log densities at points of a method's space, S² or R³: nats per steradian, or per unit of volume. */
export type DensityOf = (
  field: DirectionalField,
  points: Float64Array,
  options: { steps?: number; guidance?: number },
) => Promise<{ logDensity: Float64Array; evaluations: number; turned?: Uint8Array }>;

/** What a space has in place of orthonormal axes and of a volume. */
interface Space {
  step: CarriedStep;
  /** Orthonormal vectors at points [n, 3], each [n, 3]. */
  frame(x: Float64Array): Float64Array[];
  /** Signed volume that the tangent vectors span at point `i`. */
  volume(carried: Carried, i: number): number;
  /** Log density of the noise at point `i`. */
  logNoise(x: Float64Array, i: number): number;
}

/** Of three vectors at index `at` of [n, 3]. */
const determinant = (a: Float64Array, b: Float64Array, c: Float64Array, at: number): number =>
  a[at] * (b[at + 1] * c[at + 2] - b[at + 2] * c[at + 1]) +
  a[at + 1] * (b[at + 2] * c[at] - b[at] * c[at + 2]) +
  a[at + 2] * (b[at] * c[at + 1] - b[at + 1] * c[at]);

const sphere: Space = {
  step: carriedSphericalRk4,
  frame: tangentsAt,
  volume: ({ x, tangents: [a, b] }, i) => determinant(x, a, b, 3 * i),
  logNoise: () => -log4Pi,
};

const euclidean: Space = {
  step: carriedRk4,
  frame: axesAt,
  volume: ({ tangents: [a, b, c] }, i) => determinant(a, b, c, 3 * i),
  logNoise: (x, i) => logNormal(x, 3 * i),
};

/**
 * The spaces of the paths whose solvers map data to noise. A diffusion's probability flow divides by what is left of the
 * data, and no fixed step comes near the noise.
 */
const spaces: Partial<Record<PathName, Space>> = { "riemannian-flow": sphere, flow: euclidean };

/** Does a solver of the path map data to noise, so that it has a density of its own? */
export const hasCarriedDensity = (path: PathName): boolean => path in spaces;

/** Steps where none are asked for, without guidance. */
const defaultSteps = 32;

/**
 * Steps become smaller towards the noise, the last about a third as long as the first: places where nobody is taken to be come out
 * of a thin part of the noise, and are told apart there. Even steps err twice as much over the globe, and as much where mass lies
 * (`npm run bench likelihood`).
 */
const spacing = { timeShift: -0.45 };

/**
 * The density of the map that steps of RK4 make, from data to noise.
 * @throws GeodriftError `model` if the field is not a number
 */
export function carriedDensity({ path, schedule }: Pick<GenerativeModel, "path" | "schedule">): DensityOf {
  const space = spaces[path.name];
  if (!space) throw new Error(`carried density: ${path.name} has none`);
  return async (field, points, { guidance = 0, steps = Math.ceil(defaultSteps * (1 + guidance)) }) => {
    const n = points.length / 3;
    const gammas = timesFor(spacing, steps, 0).map(schedule.gamma).reverse();
    const logDensity = new Float64Array(n);
    const turned = new Uint8Array(n);
    let x = points;
    for (let k = 0; k < steps; k++) {
      // Orthonormal at the beginning of every step: vectors that all steps have sheared would no longer tell areas.
      const carried = await space.step(field, { x, tangents: space.frame(x) }, gammas[k], gammas[k + 1]);
      for (let i = 0; i < n; i++) {
        const volume = space.volume(carried, i);
        logDensity[i] += Math.log(Math.abs(volume));
        if (volume < 0) turned[i] = 1;
      }
      x = carried.x;
    }
    for (let i = 0; i < n; i++) logDensity[i] += space.logNoise(x, i);
    const odd = logDensity.findIndex((v) => Number.isNaN(v));
    if (odd >= 0) throw new GeodriftError("model", "the flow is not a number: the weights are broken");
    return { logDensity, evaluations: 4 * steps, turned };
  };
}
