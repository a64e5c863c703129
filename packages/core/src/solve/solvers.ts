/** Solvers by name for each method, and the walk from noise to data. */
import { GeodriftError } from "../errors/geodrift-error.js";
import type { PathName } from "../path/path.js";
import type { Schedule } from "../schedule/schedules.js";
import * as steps from "./steps.js";

export type { Field, Step } from "./steps.js";

/** A numerical method of one of the three paths, with the numbers of steps that suit it. */
export interface Solver {
  /** The method itself. */
  step: steps.Step;
  /** Order of convergence: the error falls as step size to this power. */
  order: number;
  /** Network evaluations per step, without guidance. */
  evaluations: number;
  /** Steps without guidance, where none are asked for; see `stepsFor`. */
  steps: number;
  /**
   * a of the spacing of time steps, without guidance: 0 for equal steps; above 0 they become smaller towards the data,
   * the first about (1 + a)² times the last.
   */
  timeShift: number;
}

/**
 * Steps of a solver where none are asked for: in proportion to 1 + w, because a field of guidance w is up to 1 + w times
 * as steep.
 * @param guidance w ≥ 0
 */
export const stepsFor = ({ steps }: Solver, guidance: number): number => Math.ceil(steps * (1 + guidance));

/** @param inAll evaluations of all steps, where none are asked for */
const solver = (step: steps.Step, order: number, evaluations: number, inAll = 32, timeShift = 0): Solver => ({
  step,
  order,
  evaluations,
  steps: inAll / evaluations,
  timeShift,
});

/**
 * Times from 1 to 0, [count + 1]. The share done after step k of n is (1+a) s / (1 + a s), s = k/n, with the solver's
 * timeShift a, times 1 + w with guidance: smooth, so that orders of convergence stay what they are.
 */
export function timesFor({ timeShift }: Pick<Solver, "timeShift">, count: number, guidance: number): Float64Array {
  const a = timeShift * (1 + guidance);
  return Float64Array.from({ length: count + 1 }, (_, k) => 1 - ((1 + a) * (k / count)) / (1 + a * (k / count)));
}

const euclidean = {
  euler: solver(steps.euler, 1, 1),
  heun: solver(steps.heun, 2, 2),
  rk4: solver(steps.rk4, 4, 4),
};

/** Solvers by path and name. The first of each path is the published one. */
export const solvers: Record<PathName, Record<string, Solver>> = {
  "riemannian-flow": {
    euler: solver(steps.retraction, 1, 1),
    "exponential-euler": solver(steps.exponentialEuler, 1, 1),
    heun: solver(steps.sphericalHeun, 2, 2),
    // Most happens near the data: in equal steps, eight of them lose twice as much, and twenty-four guided ones seven
    // times (`npm run bench:compare`).
    rk4: solver(steps.sphericalRk4, 4, 4, 32, 0.5),
  },
  flow: euclidean,
  diffusion: {
    ddim: solver(steps.ddim, 1, 1, 64),
    heun: solver(steps.diffusionHeun, 2, 2, 64),
    rk4: solver(steps.diffusionRk4, 4, 4, 64),
  },
};

/**
 * The default solver of each path: what loses least in few evaluations. Eight steps carry a flow's sample to within a
 * kilometre or two of where it belongs, sixteen a diffusion's nearer than 250 of DDIM.
 */
export const defaultSolvers: Record<PathName, string> = { "riemannian-flow": "rk4", flow: "rk4", diffusion: "rk4" };

/**
 * The solver of a path by its name; the path's default if no name is given.
 * @throws GeodriftError `option`, naming the solvers that the path has, for any other name
 */
export function solverFor(path: PathName, name = defaultSolvers[path]): Solver {
  if (!Object.hasOwn(solvers[path], name))
    throw new GeodriftError(
      "option",
      `${path} has the solvers ${Object.keys(solvers[path]).join(", ")}, got "${name}"`,
    );
  return solvers[path][name];
}

/** Points on their way from noise to data. */
export interface SolveState {
  /** Steps done: 0 … steps. */
  step: number;
  /** Time: 1 is noise, 0 is data. */
  t: number;
  /** γ(t) of the schedule, 0 … 1; 1 is data. */
  gamma: number;
  /** Points, [n, 3] stored flat. */
  x: Float64Array;
}

/**
 * Integrates a field from noise (t = 1) to data (t = 0), and yields the start and the state after every step.
 * @param field the network's output at (x, γ)
 * @param x noise, [n, 3] stored flat; not changed
 * @param options the solver, the schedule γ(t), the number of steps (1 or more), and w, by which the spacing of the steps
 * is adapted: the field must already be guided
 */
export async function* solve(
  field: steps.Field,
  x: Float64Array,
  {
    solver,
    schedule,
    steps: count,
    guidance = 0,
  }: { solver: Solver; schedule: Schedule; steps: number; guidance?: number },
): AsyncGenerator<SolveState> {
  const times = timesFor(solver, count, guidance);
  const gammas = times.map(schedule.gamma);
  yield { step: 0, t: 1, gamma: gammas[0], x };
  for (let k = 0; k < count; k++) {
    x = await solver.step(field, x, gammas[k], gammas[k + 1]);
    yield { step: k + 1, t: times[k + 1], gamma: gammas[k + 1], x };
  }
}
