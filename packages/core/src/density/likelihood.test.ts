import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import {
  type DivergenceField,
  diffusion,
  divergenceModel,
  dot,
  fibonacciSphere,
  flow,
  type GenerativeModel,
  Generator,
  generativeLocator,
  initVelocity,
  integrateAdaptively,
  likelihood,
  likelihoodModel,
  type Path,
  paths,
  riemannianFlow,
  sigmoidSchedule,
  uniformPoints,
  type Vec3,
} from "../index.js";

const schedule = sigmoidSchedule();
const sphere = fibonacciSphere(1200);
const points = Float64Array.from(sphere.flat());
const mean = (xs: ArrayLike<number>) => Array.from(xs).reduce((a, b) => a + b) / xs.length;
/** ∫ p dA by equal areas. */
const integral = (logProbs: Float64Array) => 4 * Math.PI * mean(logProbs.map(Math.exp));

/** u(x) = a(γ) x + b(γ) m, whose flows are known in closed form. */
const affine =
  (a: (gamma: number) => number, b: (gamma: number) => number, m: Vec3): DivergenceField =>
  async (x, directions, gamma) => ({
    velocity: x.map((v, i) => a(gamma) * v + b(gamma) * m[i % 3]),
    trace: new Float64Array(x.length / 3).fill(directions.length * a(gamma)),
  });

const m: Vec3 = [0.48, -0.6, 0.64];

describe("the adaptive solver", () => {
  it("holds its tolerance, forwards and backwards, and spends more on less", async () => {
    const spin = async (_: number, y: Float64Array) => Float64Array.of(-y[1], y[0]);
    const errors = [];
    for (const tolerance of [1e-4, 1e-7, 1e-10]) {
      const there = await integrateAdaptively(spin, Float64Array.of(1, 0), [0, 3], { tolerance, width: 2 });
      const back = await integrateAdaptively(spin, there.y, [3, 0], { tolerance, width: 2 });
      errors.push(Math.hypot(there.y[0] - Math.cos(3), there.y[1] - Math.sin(3)));
      expect(errors[errors.length - 1]).toBeLessThan(10 * tolerance);
      expect(Math.hypot(back.y[0] - 1, back.y[1])).toBeLessThan(20 * tolerance);
    }
    expect(errors[0]).toBeGreaterThan(errors[2]);
  });
  it("says so when the derivative is not a number", async () => {
    const broken = async () => Float64Array.of(Number.NaN);
    await expect(
      integrateAdaptively(broken, Float64Array.of(1), [0, 1], { tolerance: 1e-4, width: 1 }),
    ).rejects.toThrow("the flow is not a number at time 0: the weights are broken");
  });
});

describe("likelihoods in closed form", () => {
  it.each([0.5, 3, 6])(
    "on S²: a constant field of length %d carries the uniform density by a Möbius map",
    async (s) => {
      // z = x·m moves by dz/dγ = s (1 − z²): atanh z grows by s, and p(z) = (1 − z₀²) / (1 − z²) / 4π.
      const { logProbNats } = await likelihood(
        affine(
          () => 0,
          () => s,
          m,
        ),
        { path: riemannianFlow, schedule },
        points,
        {
          tolerance: 1e-7,
        },
      );
      sphere.forEach((x, i) => {
        const z = dot(x, m);
        const exact = -Math.log(4 * Math.PI) - 2 * Math.log(Math.cosh(s) - z * Math.sinh(s));
        expect(Math.abs(logProbNats[i] - exact)).toBeLessThan(2e-5);
      });
    },
  );
  it("on S²: the radial part of a field changes nothing, and a rotation neither", async () => {
    const turned: DivergenceField = async (x, directions) => ({
      velocity: x.map((v, i) => 5 * v + [-x[i + 1], x[i - 1], 0][i % 3]),
      trace: new Float64Array(x.length / 3).fill(5 * directions.length),
    });
    const { logProbNats } = await likelihood(turned, { path: riemannianFlow, schedule }, points);
    for (const v of logProbNats) expect(v).toBeCloseTo(-Math.log(4 * Math.PI), 6);
  });
  /** Density of the direction of N(c m, s² I): ∫ r² N(r y; c m, s² I) dr by brute force. */
  function directional(y: Vec3, c: number, s: number): number {
    const [n, far] = [200_000, c + 12 * s];
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const r = ((i + 0.5) / n) * far;
      const [dx, dy, dz] = [r * y[0] - c * m[0], r * y[1] - c * m[1], r * y[2] - c * m[2]];
      sum += r * r * Math.exp(-(dx * dx + dy * dy + dz * dz) / (2 * s * s));
    }
    return ((sum * far) / n) * (2 * Math.PI * s * s) ** -1.5;
  }
  const few = [sphere[3], sphere[500], sphere[1190]];
  it.each([
    [1.5, 1],
    [1, 0.2],
    [1, 0.01],
  ])("in R³: a flow onto a normal about %d m of deviation %d", async (c, s) => {
    // x(γ) = (1 − γ + γ s) x₀ + γ c m.
    const a = (g: number) => (s - 1) / (1 - g + g * s);
    const field = affine(a, (g) => c - a(g) * g * c, m);
    const nearby = s < 0.5 ? [m, [0.4833, -0.5967, 0.6406] as Vec3] : few;
    const { logProbNats } = await likelihood(field, { path: flow, schedule }, nearby.flat(), { tolerance: 1e-6 });
    nearby.forEach((y, i) => {
      const length = Math.hypot(...y);
      const unit: Vec3 = [y[0] / length, y[1] / length, y[2] / length];
      expect(Math.abs(logProbNats[i] - Math.log(directional(unit, c, s)))).toBeLessThan(5e-3);
    });
  });
  it("in R³: a diffusion towards a normal", async () => {
    // The exact noise estimate for data N(c m, s² I): ψ = σ (x − √γ c m) / (γ s² + σ²).
    const [c, s] = [1, 0.3];
    const denom = (g: number) => g * s * s + 1 - g;
    const field = affine(
      (g) => Math.sqrt(1 - g) / denom(g),
      (g) => (-Math.sqrt(1 - g) * Math.sqrt(g) * c) / denom(g),
      m,
    );
    const { logProbNats } = await likelihood(field, { path: diffusion, schedule }, few.flat(), { tolerance: 1e-6 });
    few.forEach((y, i) => {
      expect(Math.abs(logProbNats[i] - Math.log(directional(y, c, s)))).toBeLessThan(5e-3);
    });
  });
});

/** A random network whose last layer is strong enough to make peaks. */
function randomModel(path: Path, seed: number, strength: number): GenerativeModel {
  const config = { input_dim: 3, dim: 32, depth: 2, expansion: 2, cond_dim: 4 };
  const params = initVelocity(config, new Generator(seed));
  const weight = params["final_linear.weight"].data as Float32Array;
  weight.forEach((w, i) => {
    weight[i] = strength * w;
  });
  return { config, params, path, schedule };
}

describe("likelihoods of networks", () => {
  const c = Float32Array.from([0.3, -1, 0.5, 2]);

  it("differentiate exactly: the trace agrees with differences", async () => {
    const model = randomModel(riemannianFlow, 3, 4);
    const network = divergenceModel(model.config, model.params, { runtime: ort });
    const x = Float64Array.from(uniformPoints(new Generator(1), 5));
    const axes = [0, 1, 2].map((axis) => x.map((_, k) => (k % 3 === axis ? 1 : 0)));
    for (const guidance of [0, 1.5]) {
      const { trace } = await network.at(c, x, axes, 0.7, guidance);
      const difference = new Float64Array(5);
      const h = 1e-2;
      for (const axis of axes) {
        const [ahead, behind] = await Promise.all(
          [h, -h].map((d) =>
            network.at(
              c,
              x.map((v, k) => v + d * axis[k]),
              axes,
              0.7,
              guidance,
            ),
          ),
        );
        for (let k = 0; k < 15; k++)
          difference[Math.floor(k / 3)] += (axis[k] * (ahead.velocity[k] - behind.velocity[k])) / (2 * h);
      }
      difference.forEach((d, i) => {
        expect(Math.abs(trace[i] - d)).toBeLessThan(2e-3 * (1 + Math.abs(d)));
      });
    }
    await network.dispose();
  });

  it.each([
    ["riemannian-flow", 1, 0],
    ["riemannian-flow", 1, 1],
    ["flow", 1, 0],
  ] as const)("integrate to one: %s, strength %d, guidance %d", async (name, strength, guidance) => {
    const path = paths[name];
    const model = likelihoodModel(randomModel(path, 5, strength), { runtime: ort });
    const where = name === "flow" ? Float64Array.from(fibonacciSphere(80).flat()) : points;
    const { logProbNats } = await model.logProb(c, where, { guidance, tolerance: 1e-4 });
    expect(Math.max(...logProbNats) - Math.min(...logProbNats)).toBeGreaterThan(0.3);
    expect(Math.abs(integral(logProbNats) - 1)).toBeLessThan(2e-3);
    await model.dispose();
  });

  it("are those of the samples: a two-sample test over cells", async () => {
    const generative = randomModel(riemannianFlow, 7, 1.5);
    const model = likelihoodModel(generative, { runtime: ort });
    const locator = generativeLocator(generative, { runtime: ort });
    const n = 4000;
    const samples = await locator.sample(c, n, { seed: 1, steps: 40, guidance: 0, solver: "rk4" });
    const centres = fibonacciSphere(12);
    const cellOf = (x: Vec3) => centres.reduce((best, y, i) => (dot(x, y) > dot(x, centres[best]) ? i : best), 0);
    const observed = new Float64Array(12);
    for (let i = 0; i < n; i++) observed[cellOf([samples[3 * i], samples[3 * i + 1], samples[3 * i + 2]])]++;
    const { logProbNats } = await model.logProb(c, points);
    const expected = new Float64Array(12);
    sphere.forEach((x, i) => {
      expected[cellOf(x)] += (n * 4 * Math.PI * Math.exp(logProbNats[i])) / sphere.length;
    });
    const chiSquared = observed.reduce((sum, o, i) => sum + (o - expected[i]) ** 2 / expected[i], 0);
    // The 99.9th percentile for 11 degrees of freedom, with room for the quadrature.
    expect(chiSquared).toBeLessThan(31.3 + 10);
    await model.dispose();
    await locator.dispose();
  });

  it("do not depend on what else is asked: several images, many points, one by one", async () => {
    const model = likelihoodModel(randomModel(riemannianFlow, 9, 1), { runtime: ort });
    const two = Float32Array.from([...c, 1, 0, 0, -1]);
    const some = points.subarray(0, 30);
    const together = await model.logProb(two, Float64Array.from([...some, ...some]), { tolerance: 1e-5 });
    const alone = await model.logProb(two.subarray(4), some, { tolerance: 1e-5 });
    alone.logProbNats.forEach((v, i) => {
      expect(together.logProbNats[10 + i]).toBeCloseTo(v, 3);
    });
    await model.dispose();
  });
});
