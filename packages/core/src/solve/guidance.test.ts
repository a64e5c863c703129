import { compile, type Tensor, tensor } from "@geodrift/compile";
import type { numpy as np } from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import type { Parameters, Traced } from "../net/parameters.js";
import { initVelocity } from "../net/velocity.js";
import type { PathName } from "../path/paths.js";
import { Generator } from "../random/generator.js";
import { uniformPoints } from "../sphere/sampling.js";
import { velocityModel } from "./guidance.js";
import { solvers } from "./solvers.js";
import { tracedStep } from "./traced-step.js";

const config = { input_dim: 3, dim: 16, depth: 1, expansion: 2, cond_dim: 5 };
const random = new Generator(41);
const params = initVelocity(config, random);
// The blocks begin as the identity: stirred, all of them count.
for (const t of Object.values(params))
  (t.data as Float32Array).forEach((_, i, d) => {
    d[i] += 0.2 * random.normal();
  });
const model = velocityModel(config, params, { runtime: ort });
const [one, two] = [random.normals(5), random.normals(5)];
const none = new Float32Array(5);
const both = Float32Array.from([...one, ...two]);
const x = Float64Array.from(uniformPoints(random, 6));
const near = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance = 2e-5) => {
  expect(a.length).toBe(b.length);
  Array.from(a).forEach((v, i) => {
    expect(Math.abs(v - b[i])).toBeLessThan(tolerance * (1 + Math.abs(b[i])));
  });
};

afterAll(() => model.dispose());

describe("a guided field", () => {
  it.each([0.5, 7])("is (1 + w) ψ(c) − w ψ(∅), w = %d", async (w) => {
    const [told, free] = [await model.field(both, 3, 0)(x, 0.4), await model.field(new Float32Array(10), 3, 0)(x, 0.4)];
    const want = Array.from(told, (v, i) => (1 + w) * v - w * free[i]);
    near(await model.field(both, 3, w)(x, 0.4), want, 1e-4);
  });
  it("is that of the condition at w = 0, and of no condition at any w", async () => {
    near(await model.field(both, 3, 1e-7)(x, 0.7), await model.field(both, 3, 0)(x, 0.7));
    near(await model.field(none, 6, 5)(x, 0.7), await model.field(none, 6, 0)(x, 0.7), 2e-4);
  });
  it("does not depend on which images and samples are beside it", async () => {
    const together = await model.field(both, 3, 2)(x, 0.2);
    near(Array.from(together).slice(0, 9), await model.field(one, 3, 2)(x.slice(0, 9), 0.2));
    near(Array.from(together).slice(9), await model.field(two, 3, 2)(x.slice(9), 0.2));
  });
  it("depends on the condition, on γ and on the place", async () => {
    const at = async (c: Float32Array, g: number, y: Float64Array) => Array.from(await model.field(c, 6, 0)(y, g));
    const base = await at(one, 0.3, x);
    const moved = x.map((v, i) => (i < 3 ? -v : v));
    for (const other of [await at(two, 0.3, x), await at(one, 0.6, x), await at(one, 0.3, moved)])
      expect(Math.max(...other.map((v, i) => Math.abs(v - base[i])))).toBeGreaterThan(1e-2);
    near((await at(one, 0.3, moved)).slice(3), base.slice(3));
  });
});

describe("a step traced for export", () => {
  it.each(Object.keys(solvers) as PathName[])("is the published step of %s, guidance and all", async (path) => {
    const step = compile<[Parameters, ...Tensor[]], Tensor>(
      (p: Traced, y: np.Array, g: np.Array, next: np.Array, c: np.Array, w: np.Array) =>
        tracedStep(path, config, p, y, g, next, c, w),
      { runtime: ort },
    );
    // The first solver of a path is the published one.
    const published = Object.values(solvers[path])[0];
    const start = path === "riemannian-flow" ? x : x.map((v) => 1.3 * v);
    for (const [g, next, w] of [
      [0.2, 0.35, 0],
      [0.6, 0.9, 1.5],
    ]) {
      const args = [tensor(Float32Array.from(start), [6, 3]), ...[g, next].map((v) => tensor([v], [1]))];
      const got = await step(params, ...args, tensor(one, [1, 5]), tensor([w], [1]));
      const want = await published.step(model.field(one, 6, w), start, g, next);
      expect(got.dims).toEqual([6, 3]);
      near(got.data as Float32Array, want, 1e-4);
    }
    await step.dispose();
  });
});
