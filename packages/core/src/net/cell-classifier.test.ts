import { compile, type Tensor, tensor } from "@geodrift/compile";
import type { numpy as np } from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { logSumExp } from "../density/log-sum-exp.js";
import { Generator } from "../random/generator.js";
import { fibonacciSphere } from "../sphere/grid.js";
import { dot, normalize, type Vec3 } from "../sphere/point.js";
import { logPeakDensity } from "../sphere/von-mises-fisher.js";
import { cellClassifier, cellClassifierShapes, initCellClassifier, leafLogProbs } from "./cell-classifier.js";
import type { Parameters, Traced } from "./parameters.js";
import { initPerceptron, perceptronShapes } from "./perceptron.js";
import { initRegression, regression } from "./regression.js";
import { vonMisesFisherLogProb } from "./von-mises-fisher.js";

type Arr = np.Array;
const runtime = { runtime: ort };
const random = new Generator(13);
const rows = (t: Tensor, width: number) =>
  Array.from({ length: t.data.length / width }, (_, i) =>
    Array.from(t.data as Float32Array).slice(i * width, (i + 1) * width),
  );
const normals = (...shape: number[]) => tensor(random.normals(shape.reduce((a, b) => a * b, 1)), shape);
const close = (got: number[], want: number[], digits = 5) => {
  expect(got.length).toBe(want.length);
  got.forEach((g, i) => {
    expect(g).toBeCloseTo(want[i], digits);
  });
};

describe("a classifier over cells", () => {
  const classes = [2, 4, 6];
  const config = { cond_dim: 3, dim: 5, depth: 1, classes, offsets: true };
  const run = compile<[Parameters, Tensor], [Tensor[], Tensor]>((p: Traced, c: Arr) => {
    const { logProbs, offsets } = cellClassifier(config, p, c);
    return [logProbs, offsets] as never;
  }, runtime);
  it("gives every level probabilities of its own, and shares of the leaves between nought and one", async () => {
    const [levels, offsets] = await run(initCellClassifier(config, random), normals(4, 3));
    levels.forEach((level, k) => {
      expect([...level.dims]).toEqual([4, classes[k]]);
      for (const row of rows(level, classes[k])) expect(logSumExp(row)).toBeCloseTo(0, 5);
    });
    expect([...offsets.dims]).toEqual([4, 6, 2]);
    expect((offsets.data as Float32Array).every((v) => v > 0 && v < 1)).toBe(true);
    await run.dispose();
  });
  it("has as many outputs as classes, and two more for each leaf with offsets", () => {
    expect(cellClassifierShapes(config)["layers.1.weight"]).toEqual([2 + 4 + 6 + 12, 5]);
    expect(cellClassifierShapes({ ...config, offsets: false })["layers.1.bias"]).toEqual([12]);
  });
  it("multiplies a leaf's probability with its ancestors', and scales to one", async () => {
    const [coarse, fine] = [normals(3, 2), normals(3, 5)];
    const parents = [0, 1, 1, 0, 1];
    const joint = compile<Tensor[], Tensor>((a: Arr, b: Arr, of: Arr) => leafLogProbs([a, b], [of]), runtime);
    const got = await joint(coarse, fine, tensor(parents, [5], "int32"));
    rows(got, 5).forEach((row, i) => {
      const products = rows(fine, 5)[i].map((l, leaf) => l + rows(coarse, 2)[i][parents[leaf]]);
      close(
        row,
        products.map((l) => l - logSumExp(products)),
      );
    });
    await joint.dispose();
  });
});

describe("a regression", () => {
  it("is a perceptron put on the sphere, of any number of hidden layers", async () => {
    for (const depth of [0, 2]) {
      const config = { cond_dim: 4, dim: 6, depth };
      const params = initRegression(config, random);
      const run = compile<[Parameters, Tensor], Tensor>((p: Traced, c: Arr) => regression(config, p, c), runtime);
      const c = normals(3, 4);
      const got = rows(await run(params, c), 3);
      for (const x of got) expect(Math.hypot(...x)).toBeCloseTo(1, 5);
      if (depth === 0)
        got.forEach((x, i) => {
          const [w, b] = ["weight", "bias"].map((k) => params[`layers.0.${k}`].data as Float32Array);
          const raw = [0, 1, 2].map((o) => rows(c, 4)[i].reduce((s, v, k) => s + v * w[4 * o + k], b[o]));
          close(x, [...normalize(raw as unknown as Vec3)]);
        });
      await run.dispose();
    }
  });
  it("begins within the bounds of PyTorch's default, biases too", () => {
    const config = { cond_dim: 100, dim: 16, depth: 1 };
    const params = initPerceptron(config, 7, random);
    expect(Object.fromEntries(Object.entries(params).map(([k, t]) => [k, [...t.dims]]))).toEqual(
      perceptronShapes(config, 7),
    );
    const most = (name: string) => Math.max(...(params[name].data as Float32Array).map(Math.abs));
    for (const name of ["layers.0.weight", "layers.0.bias"]) {
      expect(most(name)).toBeLessThanOrEqual(0.1);
      expect(most(name)).toBeGreaterThan(0.07);
    }
    expect(most("layers.1.weight")).toBeLessThanOrEqual(0.25);
    expect(most("layers.1.weight")).toBeGreaterThan(0.2);
  });
});

describe("a mixture of von Mises–Fisher distributions", () => {
  it("has the log density of its formula, for κ from nothing to a street, and integrates to one", async () => {
    const grid = fibonacciSphere(4000);
    const kappas = [1e-5, 0.02, 0.0999, 0.1001, 3, 40];
    const means = kappas.map((_, i) => grid[(i * 997) % 4000]);
    const run = compile<Tensor[], Tensor>(
      (m: Arr, k: Arr, w: Arr, x: Arr) => vonMisesFisherLogProb({ means: m, kappas: k, logWeights: w }, x),
      runtime,
    );
    const n = grid.length;
    const tile = (xs: number[], shape: number[]) =>
      tensor(
        Float32Array.from({ length: n * xs.length }, (_, i) => xs[i % xs.length]),
        [n, ...shape],
      );
    const weights = [0.3, 0.25, 0.2, 0.1, 0.1, 0.05].map(Math.log);
    const points = tensor(Float32Array.from(grid.flat()), [n, 3]);
    const got = await run(
      tile(
        means.flatMap((m) => [...m]),
        [6, 3],
      ),
      tile(kappas, [6]),
      tile(weights, [6]),
      points,
    );
    let total = 0;
    grid.forEach((x, i) => {
      const want = logSumExp(kappas.map((k, c) => weights[c] + logPeakDensity(k) + k * (dot(means[c], x) - 1)));
      if (i % 50 === 0) expect(Number(got.data[i])).toBeCloseTo(want, 4);
      total += (4 * Math.PI * Math.exp(Number(got.data[i]))) / n;
    });
    expect(total).toBeCloseTo(1, 3);
    await run.dispose();
  });
});
