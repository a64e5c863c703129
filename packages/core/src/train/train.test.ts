import { compile, type Tensor, tensor } from "@geodrift/compile";
import * as jax from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import {
  adamw,
  averaged,
  type ExampleSource,
  exampleBatches,
  flow,
  Generator,
  initTrainState,
  initVelocity,
  isLearned,
  lamb,
  linearSchedule,
  matchingObjective,
  optimize,
  type Parameters,
  regressionObjective,
  type Traced,
  type TrainOptions,
  train,
  uniformPoints,
  vectorAt,
  velocity,
  velocityShapes,
  warmupCosine,
} from "../index.js";

const config = { input_dim: 3, dim: 16, depth: 1, expansion: 2, cond_dim: 3 };

describe("optimisers", () => {
  const slot = () => ({
    weights: Float32Array.of(1, -2, 0.5),
    gradient: Float32Array.of(0.3, -0.1, 0),
    first: new Float32Array(3),
    second: new Float32Array(3),
    average: Float32Array.of(1, -2, 0.5),
    axes: 2,
  });
  it("AdamW's first step is the rate times the sign of the gradient, beside the decay", () => {
    const s = slot();
    adamw(s, 0.01, 1, { weightDecay: 0.1, ema: 0.9 });
    const want = [1 * (1 - 0.001) - 0.01, -2 * (1 - 0.001) + 0.01, 0.5 * (1 - 0.001)];
    want.forEach((w, i) => {
      expect(s.weights[i]).toBeCloseTo(w, 6);
      // The average moves a tenth of the way: 0.9 old + 0.1 new.
      expect(s.average[i]).toBeCloseTo(0.9 * [1, -2, 0.5][i] + 0.1 * w, 6);
    });
  });
  it("let the average of what has no gradient in a step go on", () => {
    const [a, b] = [tensor([1, 2], [2]), tensor([4], [1])];
    const zero = () => ({ a: tensor([0, 0], [2]), b: tensor([0], [1]) });
    const average = { a: tensor([1, 2], [2]), b: tensor([0], [1]) };
    const state = { params: { a, b }, moments: { first: zero(), second: zero() }, average };
    optimize(adamw, state, { a: tensor([1, 1], [2]) }, 0.5, 1, { ema: 0.75 });
    expect(b.data[0]).toBe(4);
    expect(average.b.data[0]).toBe(1);
    expect(average.a.data[0]).toBeCloseTo(0.75 * 1 + 0.25 * 0.5, 5);
  });
  it("LAMB's step is as long as the rate times the weights", () => {
    const s = slot();
    const before = s.weights.slice();
    lamb(s, 0.01, 1, { weightDecay: 0.05 });
    const moved = Math.hypot(...before.map((w, i) => w - s.weights[i]));
    expect(moved).toBeCloseTo(0.01 * Math.hypot(...before), 7);
  });
});

describe("the velocity network", () => {
  it("has the number of weights of the released models", () => {
    const count = (dim: number) =>
      Object.values(velocityShapes({ input_dim: 3, dim, depth: 12, expansion: 4, cond_dim: 1024 })).reduce(
        (n, s) => n + s.reduce((a, b) => a * b, 1),
        0,
      ) -
      dim / 8;
    expect(count(512)).toBe(36_034_563);
    expect(count(256)).toBe(9_153_539);
  });
  it("has the gradients of finite differences", async () => {
    const params = initVelocity(config, new Generator(1));
    // The blocks begin as the identity; stir them, so that every path has a gradient.
    const random = new Generator(2);
    for (const t of Object.values(params))
      (t.data as Float32Array).forEach((_, i, d) => {
        d[i] += 0.1 * random.normal();
      });
    const doubles = Object.fromEntries(
      Object.entries(params).map(([k, t]) => [k, tensor(Float64Array.from(t.data as Float32Array), t.dims, "float64")]),
    );
    const x = tensor(Float64Array.from(uniformPoints(random, 4)), [4, 3], "float64");
    const c = tensor(Float64Array.from(random.normals(12)), [4, 3], "float64");
    const g = tensor(Float64Array.of(0.1, 0.4, 0.6, 0.95), [4], "float64");
    const f = compile<[Parameters, Tensor, Tensor, Tensor], [Tensor, Parameters]>(
      (p: Traced, xs: jax.Array, gs: jax.Array, cs: jax.Array) =>
        jax.valueAndGrad((q: Traced) => jax.numpy.sin(velocity(config, q, xs, gs, cs)).sum())(p) as never,
      { runtime: ort },
    );
    const [, grads] = await f(doubles, x, g, c);
    const h = 1e-5;
    for (const [name, t] of Object.entries(doubles).filter(([k]) => isLearned(k))) {
      const data = t.data as Float64Array;
      const i = data.length >> 1;
      const at = async (shift: number) => {
        const old = data[i];
        data[i] = old + shift;
        const [value] = await f(doubles, x, g, c);
        data[i] = old;
        return Number(value.data[0]);
      };
      const difference = ((await at(h)) - (await at(-h))) / (2 * h);
      expect(Number(grads[name].data[i]), name).toBeCloseTo(difference, 5);
    }
  });
});

describe("the training loop", () => {
  /** The condition is the place itself: there is something to learn. */
  const random = new Generator(8);
  const places = uniformPoints(random, 200);
  const source: ExampleSource = {
    length: 200,
    batch: (indices) => {
      const rows = Float32Array.from([...indices].flatMap((i) => [...vectorAt(places, i)]));
      return { n: indices.length, embeddings: rows, places: rows.slice() };
    },
  };
  const optionsOf = (steps: number): TrainOptions => ({ steps, rate: warmupCosine(0.01, 3, steps), ema: 0.8 });
  const options = optionsOf(30);
  const batches = exampleBatches(source, 32, 5);
  const begun = () => initTrainState(objective, new Generator(5, 1), { average: true });
  const objective = matchingObjective({ config, path: flow, schedule: linearSchedule(), dropout: 0.1 });
  const bits = (p: Parameters) =>
    Object.values(p)
      .map((t) => Buffer.from((t.data as Float32Array).slice().buffer).toString("hex"))
      .join();

  it("is the same run after run, and whole or in two parts", async () => {
    const whole = begun();
    for await (const _ of train(whole, objective, batches, options, { runtime: ort }));
    const parts = begun();
    for await (const m of train(parts, objective, batches, options, { runtime: ort })) if (m.step === 11) break;
    for await (const _ of train(parts, objective, batches, options, { runtime: ort }));
    expect(parts.step).toBe(30);
    expect(bits(averaged(parts))).toBe(bits(averaged(whole)));
    expect(bits(averaged(whole))).not.toBe(bits(whole.params));
  });
  it("learns: a regression head finds the place it is told", async () => {
    const head = regressionObjective({ cond_dim: 3, dim: 32, depth: 1 });
    const state = initTrainState(head, new Generator(1, 1));
    const losses: number[] = [];
    for await (const m of train(state, head, batches, optionsOf(300), { runtime: ort })) losses.push(m.loss);
    expect(losses[299]).toBeLessThan(0.02 * losses[0]);
  });
  it("stops with a sentence when the loss is no number", async () => {
    const state = begun();
    (state.params["final_linear.bias"].data as Float32Array)[0] = Number.NaN;
    await expect(train(state, objective, batches, options, { runtime: ort }).next()).rejects.toThrow(
      "training diverged: the loss of step 1 is NaN",
    );
  });
});
