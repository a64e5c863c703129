import { describe, expect, it } from "vitest";
import {
  type Field,
  linearSchedule,
  type PathName,
  type Solver,
  solve,
  solverFor,
  solvers,
  stepsFor,
} from "../index.js";
import { Generator } from "../random/generator.js";
import { sigmoidSchedule } from "../schedule/schedules.js";
import { angle, vectorAt } from "../sphere/point.js";
import { uniformPoints } from "../sphere/sampling.js";

/** Smooth, nonlinear, depends on γ, and turns points about a moving axis. */
const smooth: Field = async (x, gamma) =>
  Float64Array.from(x, (_, i) => {
    const row = i - (i % 3);
    const [a, b, c] = [x[row], x[row + 1], x[row + 2]];
    const v = [Math.sin(2 * b) + gamma * c, Math.cos(3 * gamma) * a - c * c, 0.5 * a * b + Math.sin(gamma)];
    return v[i % 3];
  });

/** For diffusion: the exact noise estimate for Gaussian data of deviation 0.3, whose flow is known in closed form. */
const gaussianNoise: Field = async (x, gamma) => x.map((v) => (Math.sqrt(1 - gamma) * v) / (gamma * 0.09 + 1 - gamma));

async function end(field: Field, solver: Solver, steps: number, x: Float64Array): Promise<Float64Array> {
  let last = x;
  for await (const s of solve(field, x, { solver, schedule: linearSchedule(), steps })) last = s.x;
  return last;
}

const start = Float64Array.from(uniformPoints(new Generator(5), 20));
const error = (a: Float64Array, b: Float64Array) => Math.max(...a.map((v, i) => Math.abs(v - b[i])));

describe("solvers converge at their order", () => {
  const cases = Object.entries(solvers)
    .filter(([path]) => path !== "diffusion")
    .flatMap(([path, list]) =>
      Object.entries(list).map(([name, solver]): [PathName, string, Solver] => [path as PathName, name, solver]),
    );
  it.each(cases)("%s %s", async (path, _, solver) => {
    const reference = await end(smooth, solvers[path].rk4, 1500, start);
    const base = solver.order === 4 ? 12 : 40;
    const errors = await Promise.all(
      [base, 2 * base, 4 * base].map(async (n) => error(await end(smooth, solver, n, start), reference)),
    );
    const orders = [Math.log2(errors[0] / errors[1]), Math.log2(errors[1] / errors[2])];
    // The projected field of `retraction` is the same to first order only in the limit; two rates bracket it.
    for (const order of orders) expect(Math.abs(order - solver.order)).toBeLessThan(0.3);
  });

  it.each(Object.entries(solvers.diffusion))(
    "diffusion %s, towards the closed form for Gaussian data",
    async (_, solver) => {
      // The probability flow keeps quantiles: x is scaled by the ratio of the deviations √(0.09 γ + 1 − γ). From γ = 0.2
      // on, because at γ = 0 the data estimate divides by √γ; in equal steps of the angle, in which the flow is smooth.
      const first = Math.acos(Math.sqrt(0.2));
      const schedule = {
        name: "from 0.2",
        gamma: (t: number) => Math.cos(first * t) ** 2,
        gammaDot: (t: number) => -first * Math.sin(2 * first * t),
      };
      const small = start.map((v) => v * 0.5);
      const exact = small.map((v) => (v * 0.3) / Math.sqrt(0.2 * 0.09 + 0.8));
      const run = async (steps: number) => {
        let last: Float64Array = small;
        for await (const s of solve(gaussianNoise, small, { solver, schedule, steps })) last = s.x;
        return error(last, exact);
      };
      const base = solver.order === 4 ? 12 : 60;
      const errors = [await run(base), await run(2 * base), await run(4 * base)];
      for (const i of [0, 1]) expect(Math.abs(Math.log2(errors[i] / errors[i + 1]) - solver.order)).toBeLessThan(0.3);
    },
  );
});

describe("solvers on the sphere", () => {
  it("stay on it, and follow a great circle of constant speed exactly", async () => {
    const spin: Field = async (x) => Float64Array.from(x, (_, i) => [-x[i - (i % 3) + 1], x[i - (i % 3)], 0][i % 3]);
    const equator = Float64Array.from([0, 1, 2, 3].flatMap((k) => [Math.cos(k), Math.sin(k), 0]));
    for (const name of ["exponential-euler", "heun", "rk4"]) {
      const y = await end(spin, solvers["riemannian-flow"][name], 7, equator);
      for (let k = 0; k < 4; k++)
        expect(angle(vectorAt(y, k), [Math.cos(k + 1), Math.sin(k + 1), 0]), name).toBeLessThan(1e-8);
      const z = await end(spin, solvers["riemannian-flow"][name], 7, start);
      for (let i = 0; i < 20; i++) expect(Math.abs(Math.hypot(...vectorAt(z, i)) - 1)).toBeLessThan(1e-12);
    }
  });
  it("visit the schedule's grid from noise to data", async () => {
    const seen: number[] = [];
    for await (const s of solve(smooth, start, {
      solver: solvers["riemannian-flow"].euler,
      schedule: sigmoidSchedule(),
      steps: 250,
    }))
      seen.push(s.gamma);
    expect(seen.length).toBe(251);
    expect(seen[0]).toBe(1e-9);
    expect(seen[1]).toBeCloseTo(0.0019336, 6);
    expect(seen[250]).toBe(1);
  });
});

describe("the solver of a method", () => {
  it("is its best one with as many steps as a picture's time allows, or the one that is asked for", () => {
    expect(solverFor("riemannian-flow")).toBe(solvers["riemannian-flow"].rk4);
    expect(solverFor("riemannian-flow").steps).toBe(8);
    expect([0, 0.5, 2].map((w) => stepsFor(solverFor("riemannian-flow"), w))).toEqual([8, 12, 24]);
    expect(solverFor("diffusion")).toBe(solvers.diffusion.rk4);
    expect(solverFor("diffusion").steps).toBe(16);
    expect(solverFor("flow", "euler").steps).toBe(32);
    expect(() => solverFor("flow", "ddim")).toThrow('flow has the solvers euler, heun, rk4, got "ddim"');
    // Names that every object has, and no solver.
    for (const name of ["constructor", "__proto__", "toString"])
      expect(() => solverFor("flow", name)).toThrow(`got "${name}"`);
  });
});
