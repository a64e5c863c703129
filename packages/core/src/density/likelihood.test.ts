import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import {
  anyTangent,
  carriedSphericalRk4,
  cross,
  type DirectionalField,
  diffusion,
  directionalModel,
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
  normalizeAll,
  type Path,
  paths,
  riemannianFlow,
  sigmoidSchedule,
  uniformPoints,
  type Vec3,
} from "../index.js";

/** The runner has other threads for other files. */
const runtime = { runtime: ort, session: { intraOpNumThreads: 1 } };
const schedule = sigmoidSchedule();
const sphere = fibonacciSphere(600);
const points = Float64Array.from(sphere.flat());
const mean = (xs: ArrayLike<number>) => Array.from(xs).reduce((a, b) => a + b) / xs.length;
/** ∫ p dA by equal areas. */
const integral = (logProbs: Float64Array) => 4 * Math.PI * mean(logProbs.map(Math.exp));

/** u(x) = a(γ) x + b(γ) m, whose flows are known in closed form. */
const affine =
  (a: (gamma: number) => number, b: (gamma: number) => number, m: Vec3): DirectionalField =>
  async (x, directions, gamma) => ({
    velocity: x.map((v, i) => a(gamma) * v + b(gamma) * m[i % 3]),
    derivatives: directions.map((d) => d.map((v) => a(gamma) * v)),
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
        { mode: "exact", tolerance: 1e-7 },
      );
      sphere.forEach((x, i) => {
        const z = dot(x, m);
        const exact = -Math.log(4 * Math.PI) - 2 * Math.log(Math.cosh(s) - z * Math.sinh(s));
        expect(Math.abs(logProbNats[i] - exact)).toBeLessThan(2e-5);
      });
    },
  );
  it.each(["map", "exact"] as const)(
    "on S²: the radial part of a field changes nothing, and a rotation neither: %s",
    async (mode) => {
      const turned: DirectionalField = async (x, directions) => ({
        velocity: x.map((v, i) => 5 * v + [-x[i + 1], x[i - 1], 0][i % 3]),
        derivatives: directions.map((d) => d.map((v, i) => 5 * v + [-d[i + 1], d[i - 1], 0][i % 3])),
      });
      const { logProbNats } = await likelihood(turned, { path: riemannianFlow, schedule }, points, { mode });
      for (const v of logProbNats) expect(v).toBeCloseTo(-Math.log(4 * Math.PI), 6);
    },
  );
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
  const few = [sphere[3], sphere[250], sphere[590]];
  it.each([
    [1.5, 1],
    [1, 0.2],
    [1, 0.01],
  ])("in R³: a flow onto a normal about %d m of deviation %d", async (c, s) => {
    // x(γ) = (1 − γ + γ s) x₀ + γ c m.
    const a = (g: number) => (s - 1) / (1 - g + g * s);
    const field = affine(a, (g) => c - a(g) * g * c, m);
    const nearby = s < 0.5 ? [m, [0.4833, -0.5967, 0.6406] as Vec3] : few;
    const { logProbNats } = await likelihood(field, { path: flow, schedule }, nearby.flat(), {
      mode: "exact",
      tolerance: 1e-6,
    });
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
    const { logProbNats } = await likelihood(field, { path: diffusion, schedule }, few.flat(), {
      mode: "exact",
      tolerance: 1e-6,
    });
    few.forEach((y, i) => {
      expect(Math.abs(logProbNats[i] - Math.log(directional(y, c, s)))).toBeLessThan(5e-3);
    });
  });
});

describe("the density of the solver's map", () => {
  const method = { path: riemannianFlow, schedule };
  it("comes near that of the flow with the order of the solver", async () => {
    // A field that varies along the way, so that nothing cancels.
    const field = affine(
      () => 0,
      (g) => 3 * Math.cos(2 * g),
      m,
    );
    const exact = (await likelihood(field, method, points, { mode: "exact", tolerance: 1e-9 })).logProbNats;
    const errors = [];
    for (const steps of [8, 16, 32]) {
      const { logProbNats, evaluations } = await likelihood(field, method, points, { steps });
      expect(evaluations).toBe(4 * steps);
      errors.push(Math.max(...logProbNats.map((v, i) => Math.abs(v - exact[i]))));
    }
    for (const k of [0, 1]) expect(Math.log2(errors[k] / errors[k + 1])).toBeGreaterThan(3.5);
  });
  it("is that of where differences say that areas go", async () => {
    // Strong and twisted, in one long step: no small angles.
    const twist: DirectionalField = async (x, directions, g) => ({
      velocity: x.map((v, i) => [2 * x[i - (i % 3) + 1], -v, 1 + x[i - (i % 3)] * v][i % 3] * (1 + g)),
      derivatives: directions.map((d) =>
        d.map((v, i) => {
          const at = i - (i % 3);
          return [2 * d[at + 1], -v, d[at] * x[i] + x[at] * v][i % 3] * (1 + g);
        }),
      ),
    });
    const start = Float64Array.from(sphere.slice(0, 40).flat());
    const h = 1e-5;
    const carried = async (x: Float64Array) => (await carriedSphericalRk4(twist, { x, tangents: [] }, 1, 0.3)).x;
    const tangents = [0, 1].map((k) =>
      Float64Array.from(sphere.slice(0, 40).flatMap((p) => [...(k ? cross(p, anyTangent(p)) : anyTangent(p))])),
    );
    const step = await carriedSphericalRk4(twist, { x: start, tangents }, 1, 0.3);
    for (const [k, d] of tangents.entries()) {
      const [ahead, behind] = await Promise.all(
        [h, -h].map((e) => carried(normalizeAll(start.map((v, i) => v + e * d[i])))),
      );
      step.tangents[k].forEach((v, i) => {
        expect(Math.abs(v - (ahead[i] - behind[i]) / (2 * h))).toBeLessThan(1e-6);
      });
    }
    expect(step.x).toEqual(await carried(start));
  });
  it("in R³ is that of the flow", async () => {
    const a = (g: number) => (0.2 - 1) / (1 - g + g * 0.2);
    const field = affine(a, (g) => 1 - a(g) * g, m);
    const few = [sphere[3], sphere[250], m].flat();
    const exact = (await likelihood(field, { path: flow, schedule }, few, { mode: "exact", tolerance: 1e-7 }))
      .logProbNats;
    (await likelihood(field, { path: flow, schedule }, few)).logProbNats.forEach((v, i) => {
      expect(Math.abs(v - exact[i])).toBeLessThan(2e-3);
    });
  });
  it("tells where the map turns the sphere over", async () => {
    // One step, much too long, of a field that draws everything to one point.
    const field = affine(
      () => 0,
      () => 40,
      m,
    );
    const { turned } = await likelihood(field, method, points, { steps: 1 });
    expect(turned).toContain(1);
  });
  it("says that a field is not a number", async () => {
    const broken = affine(
      () => Number.NaN,
      () => 1,
      m,
    );
    await expect(likelihood(broken, method, points)).rejects.toThrow(
      "the flow is not a number: the weights are broken",
    );
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
    const network = directionalModel(model.config, model.params, runtime);
    const x = Float64Array.from(uniformPoints(new Generator(1), 5));
    const axes = [0, 1, 2].map((axis) => x.map((_, k) => (k % 3 === axis ? 1 : 0)));
    for (const guidance of [0, 1.5]) {
      const { derivatives } = await network.at(c, x, axes, 0.7, guidance);
      const trace = Float64Array.from({ length: 5 }, (_, i) =>
        axes.reduce((t, _, k) => t + derivatives[k][3 * i + k], 0),
      );
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
    ["riemannian-flow", 0, { mode: "exact", tolerance: 1e-4 }],
    ["riemannian-flow", 0, { mode: "map", steps: 32 }],
    // However long the steps are.
    ["riemannian-flow", 0, { mode: "map", steps: 8 }],
    ["riemannian-flow", 1, { mode: "map" }],
    ["flow", 0, { mode: "map", steps: 16 }],
  ] as const)("integrate to one: %s, guidance %d, %j", async (name, guidance, options) => {
    const model = likelihoodModel(randomModel(paths[name], 5, 1), runtime);
    const where = name === "flow" ? Float64Array.from(fibonacciSphere(80).flat()) : points;
    const { logProbNats, turned } = await model.logProb(c, where, { guidance, ...options });
    expect(turned).not.toContain(1);
    expect(Math.max(...logProbNats) - Math.min(...logProbNats)).toBeGreaterThan(0.3);
    expect(Math.abs(integral(logProbNats) - 1)).toBeLessThan(2e-3);
    await model.dispose();
  });

  it("are those of the samples: a two-sample test over cells", async () => {
    const generative = randomModel(riemannianFlow, 7, 1.5);
    const model = likelihoodModel(generative, runtime);
    const locator = generativeLocator(generative, runtime);
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
    const model = likelihoodModel(randomModel(riemannianFlow, 9, 1), runtime);
    const two = Float32Array.from([...c, 1, 0, 0, -1]);
    const some = points.subarray(0, 30);
    const together = await model.logProb(two, Float64Array.from([...some, ...some]));
    const alone = await model.logProb(two.subarray(4), some);
    alone.logProbNats.forEach((v, i) => {
      expect(together.logProbNats[10 + i]).toBeCloseTo(v, 4);
    });
    await model.dispose();
  });
});
