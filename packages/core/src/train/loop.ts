/** The training loop: an async iterator over steps, whose every step is a function of the state before it. */

import { type CompileOptions, compile, type Tensor } from "@geodrift/compile";
import * as jax from "@jax-js/jax";
import { GeodriftError } from "../errors/geodrift-error.js";
import { copyOf, type Parameters, type Traced } from "../net/parameters.js";
import { Generator } from "../random/generator.js";
import { adamw } from "./adamw.js";
import { lamb } from "./lamb.js";
import type { Batch, Objective } from "./objective.js";
import { type Moments, noughtMoments, optimize } from "./optimizer.js";
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
  moments: Moments;
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

/** Streams of the seed, so that the first weights are independent of batches and noise. */
const stream = { weights: 1, batches: 2 };

export function initTrainState(objective: Objective, seed: number): TrainState {
  const params = objective.init(new Generator(seed, stream.weights));
  const learned = Object.fromEntries(Object.entries(params).filter(([name]) => objective.learned(name)));
  return { step: 0, params, moments: noughtMoments(learned), average: copyOf(learned) };
}

/** The averaged weights, with the buffers that are not averaged. */
export const averaged = (state: TrainState): Parameters => ({ ...state.params, ...state.average });

/**
 * Trains from `state` to `options.steps`, updating the state in place in every step and yielding its metrics. The
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
  const gradient = compile<[Parameters, Parameters, readonly Tensor[]], [Tensor, Parameters]>(
    (buffers: Traced, learned: Traced, inputs: Arr[]) =>
      jax.valueAndGrad((p: Traced) => objective.loss({ ...buffers, ...p }, ...inputs.map((x) => x.ref)))(
        learned,
      ) as never,
    compileOptions,
  );
  const isLearned = (name: string) => objective.learned(name);
  const pick = (wanted: boolean) =>
    Object.fromEntries(Object.entries(state.params).filter(([name]) => isLearned(name) === wanted));
  const rate = warmupCosine(options.rate, options.warmup, options.steps);
  try {
    while (state.step < options.steps) {
      const random = new Generator(options.seed, stream.batches, state.step);
      const indices = Uint32Array.from({ length: options.batch }, () => random.integer(source.length));
      const inputs = objective.prepare(source.batch(indices), random);
      const lr = rate(state.step);
      const [loss, gradients] = await gradient(pick(false), pick(true), inputs);
      const value = loss.data[0] as number;
      if (!Number.isFinite(value))
        throw new GeodriftError("training", `training diverged: the loss of step ${state.step + 1} is ${value}`);
      optimize(update, state, gradients, lr, state.step + 1, options);
      state.step++;
      yield { step: state.step, loss: value, rate: lr };
    }
  } finally {
    await gradient.dispose();
  }
}
