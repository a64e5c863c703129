/**
 * Steps of solvers with their differentials: tangent vectors are carried along, so that what a step does to areas and
 * volumes is known exactly, step size and all.
 */
import { crossAll, turnAllWith } from "../sphere/flat.js";
import { rk4 } from "./steps.js";

/** The network's output at points, and its derivatives: products of its Jacobian J with directions. */
export interface FieldWithDerivatives {
  /** ψ at the points, [n, 3]: dx/dγ of flows, the noise of a diffusion. */
  velocity: ArrayLike<number>;
  /** J dₖ for every direction dₖ, each [n, 3]. */
  derivatives: readonly ArrayLike<number>[];
}

/**
 * A field with its derivatives along given directions.
 * @param x points, [n, 3] stored flat
 * @param directions dₖ at the points, each [n, 3]
 * @param gamma γ of the points
 * @returns the network's output ψ [n, 3], and its Jacobian's products with the directions, J dₖ, each [n, 3]
 */
export type DirectionalField = (
  x: Float64Array,
  directions: readonly Float64Array[],
  gamma: number,
) => Promise<FieldWithDerivatives>;

/** Points, and tangent vectors at them: each [n, 3] stored flat. */
export interface Carried {
  /** The points. */
  x: Float64Array;
  /** Vectors at the points, as many as are carried. */
  tangents: readonly Float64Array[];
}

/** One step of a solver from γ to `next`, with its differential. */
export type CarriedStep = (field: DirectionalField, from: Carried, gamma: number, next: number) => Promise<Carried>;

/** `rk4` in R³, whose differential is the same method on the tangent vectors. */
export const carriedRk4: CarriedStep = async (field, { x, tangents }, gamma, next) => {
  const n = x.length;
  const joined = new Float64Array(n * (1 + tangents.length));
  [x, ...tangents].forEach((part, k) => {
    joined.set(part, k * n);
  });
  const parts = (all: Float64Array) =>
    Array.from({ length: 1 + tangents.length }, (_, k) => all.slice(k * n, (k + 1) * n));
  const moved = await rk4(
    async (all, at) => {
      const [points, ...directions] = parts(all);
      const { velocity, derivatives } = await field(points, directions, at);
      const slopes = new Float64Array(all.length);
      [velocity, ...derivatives].forEach((part, k) => {
        slopes.set(part, k * n);
      });
      return slopes;
    },
    joined,
    gamma,
    next,
  );
  const [to, ...carried] = parts(moved);
  return { x: to, tangents: carried };
};

/** Angular velocities x × ψ at carried points, and their differentials dₖ × ψ + x × J dₖ. */
async function angular(field: DirectionalField, { x, tangents }: Carried, gamma: number): Promise<Carried> {
  const { velocity, derivatives } = await field(x, tangents, gamma);
  return {
    x: crossAll(x, velocity),
    tangents: tangents.map((d, k) => {
      const own = crossAll(d, velocity);
      const turned = crossAll(x, derivatives[k]);
      return own.map((v, i) => v + turned[i]);
    }),
  };
}

/** `sphericalRk4` on S² with its differential. */
export const carriedSphericalRk4: CarriedStep = async (field, from, gamma, next) => {
  const h = next - gamma;
  const middle = gamma + h / 2;
  const k1 = await angular(field, from, gamma);
  const second = turnAllWith(from, [[h / 2, k1]]);
  const k2 = await angular(field, second, middle);
  const k3 = await angular(field, turnAllWith(from, [[h / 2, k2]]), middle);
  const k4 = await angular(
    field,
    turnAllWith(second, [
      [h, k3],
      [-h / 2, k1],
    ]),
    next,
  );
  const half = turnAllWith(from, [
    [h / 4, k1],
    [h / 6, k2],
    [h / 6, k3],
    [-h / 12, k4],
  ]);
  return turnAllWith(half, [
    [-h / 12, k1],
    [h / 6, k2],
    [h / 6, k3],
    [h / 4, k4],
  ]);
};
