import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { paths } from "../path/paths.js";
import { Generator } from "../random/generator.js";
import { linearSchedule } from "../schedule/schedules.js";
import { normalizeAll } from "../sphere/flat.js";
import { rotate } from "../sphere/geodesic.js";
import { angle, type Vec3, vectorAt } from "../sphere/point.js";
import { uniformPoint, uniformPoints } from "../sphere/sampling.js";
import { type SolveState, solve, solvers, stepsFor } from "./solvers.js";
import * as steps from "./steps.js";

const seed = fc.integer({ min: 0, max: 1e6 });
const points = (s: number, n = 4) => Float64Array.from(uniformPoints(new Generator(s), n));
const levels = fc
  .tuple(fc.double({ min: 0.01, max: 0.98, noNaN: true }), fc.double({ min: 0.01, max: 1, noNaN: true }))
  .map(([g, share]): [number, number] => [g, g + share * (1 - g)]);
const rows = (x: Float64Array, f: (p: Vec3, i: number) => Vec3) =>
  Float64Array.from(Array.from({ length: x.length / 3 }, (_, i) => [...f(vectorAt(x, i), i)]).flat());
const worst = (a: Float64Array, b: Float64Array) => Math.max(...a.map((v, i) => Math.abs(v - b[i])));
/** Smooth, depends on the place and on γ. */
const bent: steps.Field = async (x, gamma) =>
  rows(x, ([a, b, c]) => [Math.sin(2 * b) + gamma * c, Math.cos(a) - c * c, a * b + gamma]);

describe("one step in R³", () => {
  const cases: [string, steps.Step, number][] = [
    ["euler", steps.euler, 0],
    ["heun", steps.heun, 1],
    ["rk4", steps.rk4, 3],
  ];
  it.each(cases)("of %s integrates powers of γ as its quadrature does, up to degree %#", async (_, step, degree) => {
    await fc.assert(
      fc.asyncProperty(seed, levels, async (s, [from, to]) => {
        const x = points(s);
        const field: steps.Field = async (y, g) => y.map(() => (degree + 1) * g ** degree);
        const end = await step(field, x, from, to);
        const moved = to ** (degree + 1) - from ** (degree + 1);
        expect(
          worst(
            end,
            x.map((v) => v + moved),
          ),
        ).toBeLessThan(1e-13);
      }),
    );
  });
  it.each(cases)("of %s multiplies growth by its stability polynomial", async (_, step, degree) => {
    const h = 0.7;
    const growth: steps.Field = async (y) => y;
    let [polynomial, term] = [1, 1];
    for (let k = 1; k <= (degree === 3 ? 4 : degree + 1); k++) {
      term *= h / k;
      polynomial += term;
    }
    expect((await step(growth, Float64Array.of(1, 2, -3), 0.1, 0.1 + h))[0]).toBeCloseTo(polynomial, 13);
  });
});

describe("one step on the sphere", () => {
  const spherical: [string, steps.Step][] = [
    ["exponentialEuler", steps.exponentialEuler],
    ["sphericalHeun", steps.sphericalHeun],
    ["sphericalRk4", steps.sphericalRk4],
  ];
  it.each([...spherical, ["retraction", steps.retraction] as const])("of %s turns with the globe", async (_, step) => {
    await fc.assert(
      fc.asyncProperty(seed, levels, async (s, [from, to]) => {
        const w = uniformPoint(new Generator(s, 1)).map((c) => 2 * c) as unknown as Vec3;
        const back = w.map((c) => -c) as unknown as Vec3;
        const turn = (v: Vec3, axis: Vec3): Vec3 => {
          const length = Math.hypot(...v);
          return rotate(v.map((c) => c / length) as unknown as Vec3, axis).map((c) => c * length) as unknown as Vec3;
        };
        const there = (x: Float64Array) => rows(x, (p) => turn(p, w));
        const field: steps.Field = async (x, g) =>
          there(
            Float64Array.from(
              await bent(
                rows(x, (p) => turn(p, back)),
                g,
              ),
            ),
          );
        const x = points(s);
        expect(worst(await step(field, there(x), from, to), there(await step(bent, x, from, to)))).toBeLessThan(1e-12);
      }),
      { numRuns: 30 },
    );
  });
  it.each(spherical)("of %s minds the tangent part of the field alone, and stays on the sphere", async (_, step) => {
    await fc.assert(
      fc.asyncProperty(seed, levels, async (s, [from, to]) => {
        const x = points(s);
        const more: steps.Field = async (y, g) => {
          const v = await bent(y, g);
          return y.map((c, i) => v[i] + 5 * g * c);
        };
        const end = await step(bent, x, from, to);
        expect(worst(await step(more, x, from, to), end)).toBeLessThan(1e-12);
        for (let i = 0; i < 4; i++) expect(Math.hypot(...vectorAt(end, i))).toBeCloseTo(1, 13);
      }),
      { numRuns: 30 },
    );
  });
  it("leaves the points that it is given as they are", async () => {
    for (const step of [...Object.values(solvers["riemannian-flow"]), ...Object.values(solvers.diffusion)]) {
      const x = points(3);
      await step.step(bent, x, 0.3, 0.6);
      expect(x).toEqual(points(3));
    }
  });
});

describe("one step of a diffusion", () => {
  it.each(Object.keys(solvers.diffusion))("of %s keeps to the path, if the network knows the data", async (name) => {
    const { at, noise } = paths.diffusion;
    await fc.assert(
      fc.asyncProperty(seed, levels, async (s, [low, high]) => {
        const [from, to] = name === "ddim" ? [low, high] : [0.1 + 0.7 * low, 0.1 + 0.7 * low + 0.1 * (high - low)];
        const data = points(s);
        const random = new Generator(s, 2);
        const drawn = data.map(() => 0);
        for (let i = 0; i < 4; i++) drawn.set(noise(random), 3 * i);
        const on = (g: number) => rows(data, (d, i) => at(d, vectorAt(drawn, i), g).point);
        const knows: steps.Field = async (x, g) =>
          x.map((v, i) => (g < 1 ? (v - Math.sqrt(g) * data[i]) / Math.sqrt(1 - g) : 0));
        const error = worst(await solvers.diffusion[name].step(knows, on(from), from, to), on(to));
        // DDIM is exact for a constant estimate; the others lose what their order lets them.
        const [start, end] = [from, to].map((g) => Math.acos(Math.sqrt(g)));
        const bound = name === "ddim" ? 0 : (start - end) ** (solvers.diffusion[name].order + 1);
        expect(error).toBeLessThan(1e-9 + 3 * bound);
      }),
    );
  });
  it("holds the data to −1 … 1, where an estimate is beyond", async () => {
    const wild: steps.Field = async (x) => x.map(() => -50);
    const [end] = await steps.ddim(wild, Float64Array.of(0.2, 0.2, 0.2), 0.5, 1);
    expect(end).toBe(1);
  });
});

describe("times of a walk", () => {
  const walk = async (solver: (typeof solvers)["flow"][string], count: number, guidance = 0) => {
    const states: SolveState[] = [];
    const options = { solver, schedule: linearSchedule(), steps: count, guidance };
    for await (const s of solve(bent, points(1), options)) states.push(s);
    return states;
  };
  it("are equal without a shift, and fall from one to nothing", async () => {
    const states = await walk(solvers.flow.euler, 8);
    states.forEach((s, k) => {
      expect(s.step).toBe(k);
      expect(s.t).toBeCloseTo(1 - k / 8, 14);
      expect(s.gamma).toBeCloseTo(Math.max(1e-9, k / 8), 14);
    });
  });
  it.each([0, 1, 3])("grow closer towards the data: the first step is (1 + a)² times the last, w = %d", async (w) => {
    const times = (await walk(solvers["riemannian-flow"].rk4, 200, w)).map((s) => s.t);
    const gaps = times.slice(1).map((t, k) => times[k] - t);
    expect([times[0], times[200]]).toEqual([1, 0]);
    gaps.slice(1).forEach((g, k) => {
      expect(g).toBeLessThan(gaps[k]);
    });
    const a = 0.5 * (1 + w);
    expect(gaps[0] / gaps[199] / (1 + a) ** 2).toBeCloseTo(1, 1);
    // Half of the steps leave (1 − s) / (1 + a s) at s = ½.
    expect(times[100]).toBeCloseTo(0.5 / (1 + a / 2), 12);
  });
  it("come in as many steps as guidance is steep", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 8, noNaN: true }), (w) => {
        const n = stepsFor(solvers.flow.heun, w);
        expect(n).toBeGreaterThanOrEqual(16 * (1 + w));
        expect(n).toBeLessThan(16 * (1 + w) + 1);
      }),
    );
  });
  it("do not matter to a point that is at rest", async () => {
    const rest: steps.Field = async (x) => x.map(() => 0);
    const x = normalizeAll(points(2));
    const options = { solver: solvers["riemannian-flow"].rk4, schedule: linearSchedule(), steps: 5 };
    for await (const s of solve(rest, x, options))
      for (let i = 0; i < 4; i++) expect(angle(vectorAt(s.x, i), vectorAt(x, i))).toBeLessThan(1e-13);
  });
});
