/** The training loop: an async iterator over steps, whose every step is a function of the state before it. */
import { type CompileOptions, compile, type Tensor, tensor } from "@geodrift/compile";
import * as jax from "@jax-js/jax";
import { type Parameters, type Traced, zeros } from "../net/parameters.js";
import { Generator } from "../random/generator.js";
import { adamCorrections, adamw, type Moments } from "./adamw.js";
import { emaStep } from "./ema.js";
import { lamb } from "./lamb.js";
import type { Batch, Objective } from "./objective.js";
import { warmupCosine } from "./rates.js";

type Arr = jax.Array;

export const optimizers = { adamw, lamb };

export interface TrainOptions {
  steps: number;
  batch: number;
  /** Seeds weights, batches and noise. */
  seed: number;
  optimizer: keyof typeof optimizers;
  rate: number;
  warmup: number;
  weightDecay: number;
  /** Decay of the average of weights that is used in the end. */
  ema: number;
}

export interface TrainState {
  /** Steps done. */
  step: number;
  params: Parameters;
  moments: Moments<Tensor>;
  average: Parameters;
}

export interface TrainMetrics {
  step: number;
  loss: number;
  rate: number;
}

/** Examples by index. */
export interface ExampleSource {
  readonly length: number;
  /** The examples `indices` as a batch that the caller may change. */
  batch(indices: Uint32Array): Batch;
}

/** Streams of the seed, so that weights, batches and noise are independent. */
const stream = { weights: 1, batches: 2 };

export function initTrainState(objective: Objective, seed: number): TrainState {
  const params = objective.init(new Generator(seed, stream.weights));
  const learned = Object.entries(params).filter(([name]) => objective.learned(name));
  const nought = () => Object.fromEntries(learned.map(([name, t]) => [name, zeros(t.dims)]));
  return { step: 0, params, moments: { first: nought(), second: nought() }, average: params };
}

/**
 * Trains from `state` to `options.steps`, replacing the state's members after every step and yielding its metrics. The
 * caller may save the state between any two steps; going on from there gives the same weights to the bit.
 */
export async function* train(
  state: TrainState,
  objective: Objective,
  source: ExampleSource,
  options: TrainOptions,
  compileOptions: CompileOptions,
): AsyncGenerator<TrainMetrics> {
  const update = optimizers[options.optimizer];
  const split = (p: Record<string, unknown>, learned: boolean) =>
    Object.fromEntries(Object.entries(p).filter(([name]) => objective.learned(name) === learned));
  type Out = [Tensor, Parameters, Moments<Tensor>, Parameters];
  const step = compile<[Parameters, Parameters, Moments<Tensor>, Parameters, Tensor, Tensor, readonly Tensor[]], Out>(
    (buffers: Traced, p: Traced, moments: Moments<Arr>, average: Traced, lr: Arr, corrections: Arr, inputs: Arr[]) => {
      const loss = (q: Traced) => objective.loss({ ...buffers, ...q }, ...inputs.map((x) => x.ref));
      const [value, grads] = jax.valueAndGrad(loss)(jax.tree.ref(p) as never) as [Arr, Traced];
      const next = update(p, grads, moments, lr, corrections, { weightDecay: options.weightDecay });
      return [value, next.params, next.moments, emaStep(average, next.params, options.ema)] as never;
    },
    compileOptions,
  );
  const rate = warmupCosine(options.rate, options.warmup, options.steps);
  try {
    while (state.step < options.steps) {
      const random = new Generator(options.seed, stream.batches, state.step);
      const indices = Uint32Array.from({ length: options.batch }, () => random.integer(source.length));
      const inputs = objective.prepare(source.batch(indices), random);
      const lr = rate(state.step);
      const buffers = split(state.params, false) as Parameters;
      const [loss, params, moments, average] = await step(
        buffers,
        split(state.params, true) as Parameters,
        state.moments,
        split(state.average, true) as Parameters,
        tensor([lr], []),
        tensor(adamCorrections(state.step + 1), [2]),
        inputs,
      );
      state.params = { ...buffers, ...params };
      state.average = { ...buffers, ...average };
      state.moments = moments;
      state.step++;
      const value = loss.data[0] as number;
      if (!Number.isFinite(value)) throw new Error(`training diverged: the loss of step ${state.step} is ${value}`);
      yield { step: state.step, loss: value, rate: lr };
    }
  } finally {
    await step.dispose();
  }
}
