/** Solvers by name for each method, and the walk from noise to data. */
import type { PathName } from "../path/path.js";
import { gammaGrid, type Schedule } from "../schedule/index.js";
import * as steps from "./steps.js";

export type { Field, Step } from "./steps.js";

export interface Solver {
  step: steps.Step;
  /** Order of convergence. */
  order: number;
  /** Network evaluations per step. */
  evaluations: number;
}

const euclidean = {
  euler: { step: steps.euler, order: 1, evaluations: 1 },
  heun: { step: steps.heun, order: 2, evaluations: 2 },
  rk4: { step: steps.rk4, order: 4, evaluations: 4 },
};

/** The first of each method is the published one. */
export const solvers: Record<PathName, Record<string, Solver>> = {
  "riemannian-flow": {
    euler: { step: steps.retraction, order: 1, evaluations: 1 },
    "exponential-euler": { step: steps.exponentialEuler, order: 1, evaluations: 1 },
    heun: { step: steps.sphericalHeun, order: 2, evaluations: 2 },
    rk4: { step: steps.sphericalRk4, order: 4, evaluations: 4 },
  },
  flow: euclidean,
  diffusion: { ddim: { step: steps.ddim, order: 1, evaluations: 1 } },
};

/** @throws RangeError naming the solvers that the method has. */
export function solverFor(path: PathName, name = Object.keys(solvers[path])[0]): Solver {
  const solver = solvers[path][name];
  if (!solver) throw new RangeError(`${path} has the solvers ${Object.keys(solvers[path]).join(", ")}, got "${name}"`);
  return solver;
}

export interface SolveState {
  /** Steps done: 0 … steps. */
  step: number;
  /** Time, 1 at noise to 0 at data. */
  t: number;
  gamma: number;
  /** [n, 3]. */
  x: Float64Array;
}

/** Carries `x` [n, 3] from noise to data in equal steps of t; yields the start and every step. */
export async function* solve(
  field: steps.Field,
  x: Float64Array,
  { solver, schedule, steps: count }: { solver: Solver; schedule: Schedule; steps: number },
): AsyncGenerator<SolveState> {
  const gammas = gammaGrid(schedule, count);
  yield { step: 0, t: 1, gamma: gammas[0], x };
  for (let k = 0; k < count; k++) {
    x = await solver.step(field, x, gammas[k], gammas[k + 1]);
    yield { step: k + 1, t: 1 - (k + 1) / count, gamma: gammas[k + 1], x };
  }
}
