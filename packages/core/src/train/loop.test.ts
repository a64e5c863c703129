import { tensor } from "@geodrift/compile";
import { numpy as np } from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import type { Parameters } from "../net/parameters.js";
import { Generator } from "../random/generator.js";
import { averaged, initTrainState, type TrainOptions, train } from "./loop.js";
import type { Objective } from "./objective.js";
import { warmedDecay } from "./optimizer.js";

interface Batch {
  which: "a" | "b" | "both";
  target: number;
}

/** Two tensors that are drawn to a number, and a buffer that says how strongly. */
const objective: Objective<Batch, "target"> = {
  init: () => ({ a: tensor([1, 2], [2]), b: tensor([3], [1]), pull: tensor([0.5], [1]) }),
  learned: (name) => name !== "pull",
  inputs: ({ target }) => ({ target: tensor([target], [1]) }),
  concerns:
    ({ which }) =>
    (name) =>
      which === "both" || name === which,
  loss(p, { target }) {
    // What a batch does not concern is not there.
    const away = (x: np.Array | undefined) => {
      const d = (x?.ref ?? target.ref).sub(target.ref);
      return d.ref.mul(d).sum();
    };
    const b = away(p.b);
    return { loss: away(p.a).add(b.ref).mul(p.pull.ref.sum()), metrics: { b } };
  },
};
const runtime = { runtime: ort };
const cycle = (batches: readonly Batch[]) =>
  async function* (from: number) {
    for (let step = from; ; step++) yield batches[step % batches.length];
  };
const numbers = (p: Parameters, name: string) => [...(p[name].data as Float32Array)];
const options: TrainOptions = { steps: 4, rate: () => 0.1 };
const both = cycle([{ which: "both", target: -1 }]);

describe("the training loop", () => {
  it("says the loss before the step, the metrics, and how long the gradient was before it was clipped", async () => {
    const state = initTrainState(objective, new Generator(1));
    const first = (await train(state, objective, both, { ...options, clip: 0.25 }, runtime).next()).value;
    // ½ (2² + 3² + 4²), whose gradient is (2, 3, 4).
    expect(first?.loss).toBeCloseTo(14.5, 5);
    expect(first?.metrics).toEqual({ b: 16 });
    expect(first?.gradientNorm).toBeCloseTo(Math.sqrt(29), 5);
    expect([first?.step, first?.rate]).toEqual([1, 0.1]);
    // The moments are those of the clipped gradient.
    const moments = [...numbers(state.moments.first, "a"), ...numbers(state.moments.first, "b")];
    expect(Math.hypot(...moments)).toBeCloseTo(0.1 * 0.25, 6);
    const plain = (await train(initTrainState(objective, new Generator(1)), objective, both, options, runtime).next())
      .value;
    expect(plain && "gradientNorm" in plain).toBe(false);
  });
  it("leaves alone what a batch does not concern, while its average goes on", async () => {
    const state = initTrainState(objective, new Generator(1), { average: true });
    const batches = cycle([
      { which: "b", target: 0 },
      { which: "a", target: 5 },
    ]);
    const asked: number[] = [];
    const ema = (step: number) => {
      asked.push(step);
      return warmedDecay(0.9, step);
    };
    let average = { a: [1, 2], b: [3] };
    let before = { a: [1, 2], b: [3] };
    for await (const { step } of train(state, objective, batches, { ...options, ema }, runtime)) {
      const now = { a: numbers(state.params, "a"), b: numbers(state.params, "b") };
      const [moved, still] = step % 2 ? (["b", "a"] as const) : (["a", "b"] as const);
      expect(now[still]).toEqual(before[still]);
      expect(now[moved]).not.toEqual(before[moved]);
      const decay = (1 + step) / (10 + step);
      const follow = (old: number[], w: number[]) => old.map((v, i) => decay * v + (1 - decay) * w[i]);
      average = { a: follow(average.a, now.a), b: follow(average.b, now.b) };
      for (const name of ["a", "b"] as const)
        numbers(averaged(state), name).forEach((v, i) => {
          expect(v).toBeCloseTo(average[name][i], 5);
        });
      before = now;
    }
    expect(asked).toEqual([1, 2, 3, 4]);
    expect(numbers(state.params, "pull")).toEqual([0.5]);
    expect(numbers(averaged(state), "pull")).toEqual([0.5]);
  });
  it("counts its rate from nought and ends where it is told, at once if it is there", async () => {
    const asked: number[] = [];
    const rate = (step: number) => {
      asked.push(step);
      return 0.01;
    };
    const state = initTrainState(objective, new Generator(1));
    let steps = 0;
    for await (const _ of train(state, objective, both, { ...options, rate }, runtime)) steps++;
    expect([steps, state.step, asked]).toEqual([4, 4, [0, 1, 2, 3]]);
    const unread = () => expect.unreachable("no batch is needed");
    expect((await train(state, objective, unread, options, runtime).next()).done).toBe(true);
  });
  it("ends with the batches, if they do", async () => {
    const two = async function* () {
      for (let i = 0; i < 2; i++) yield { which: "both", target: 0 } as Batch;
    };
    const state = initTrainState(objective, new Generator(1));
    for await (const _ of train(state, objective, two, { ...options, optimizer: "lamb" }, runtime));
    expect(state.step).toBe(2);
  });
  it("stops before the step whose gradient is infinite, if gradients are clipped", async () => {
    const root: Objective<Batch, "target"> = {
      ...objective,
      loss: (p, { target }) => ({ loss: np.sqrt(p.b.ref.sub(target).sum()).mul(1e-30).mul(p.a.ref.sum()) }),
    };
    const state = initTrainState(root, new Generator(1));
    const batches = cycle([{ which: "both", target: 3 }]);
    await expect(train(state, root, batches, { ...options, clip: 1 }, runtime).next()).rejects.toThrow(
      /^training diverged: the gradient of step 1 is (Infinity|NaN) long$/,
    );
    expect([state.step, numbers(state.params, "b"), numbers(state.moments.first, "a")]).toEqual([0, [3], [0, 0]]);
  });
});

describe("the state before the first step", () => {
  it("takes what is given in place of fresh weights, and keeps averages and moments of its own", () => {
    const given = { b: tensor([9], [1]) };
    const state = initTrainState(objective, new Generator(1), { average: true, given });
    expect(numbers(state.params, "b")).toEqual([9]);
    expect(state.average && numbers(state.average, "b")).toEqual([9]);
    expect(Object.keys(state.average ?? {})).toEqual(["a", "b"]);
    expect(Object.keys(state.moments.second)).toEqual(["a", "b"]);
    (state.params.b.data as Float32Array)[0] = 0;
    expect(state.average && numbers(state.average, "b")).toEqual([9]);
    expect(averaged(initTrainState(objective, new Generator(1))).a.data).toEqual(Float32Array.of(1, 2));
  });
});
