/** The training loop: an async iterator over steps, whose every step is a function of the state before it. */
import { type CompileOptions, compile, type Tensor } from "@geodrift/compile";
import * as jax from "@jax-js/jax";
import { GeodriftError } from "../errors/geodrift-error.js";
import { copyOf, type Parameters, type Traced } from "../net/parameters.js";
import type { Generator } from "../random/generator.js";
import { adamw } from "./adamw.js";
import { lamb } from "./lamb.js";
import type { Objective } from "./objective.js";
import { clipGradients, type Moments, type OptimizerOptions, optimize, zeroMoments } from "./optimizer.js";
import type { Rate } from "./rates.js";

/** Optimisers by name. */
export const optimizers = { adamw, lamb };

/** How long and how `train` optimises. */
export interface TrainOptions extends Omit<OptimizerOptions, "ema"> {
  /** Steps in all. */
  steps: number;
  /** AdamW if left out. */
  optimizer?: keyof typeof optimizers;
  /** Learning rate by the step, counted from 0. */
  rate: Rate;
  /**
   * Decay of the moving average of the weights, or the decay by the step, counted from 1; for states that keep an
   * average.
   */
  ema?: number | ((step: number) => number);
  /** Greatest Euclidean length of the gradient: longer ones are scaled down to it. No clipping if left out. */
  clip?: number;
}

/** Everything that the next step depends on, besides the batches. */
export interface TrainState {
  /** Steps done. */
  step: number;
  /** Weights and buffers by state-dict name. */
  params: Parameters;
  /** First and second moments of the learned weights. */
  moments: Moments;
  /** Exponential moving average of the learned weights, where one is kept. */
  average?: Parameters;
}

/** What a step has done. */
export interface TrainMetrics {
  /** Steps done. */
  step: number;
  /** The loss of the step's batch, before the update. */
  loss: number;
  /** The learning rate of the step. */
  rate: number;
  /** Milliseconds of the whole step, the wait for its batch included. */
  elapsedMs: number;
  /** Euclidean length of the gradient before it was clipped; absent without clipping. */
  gradientNorm?: number;
  /** The loss's other scalars, by name. */
  metrics: Record<string, number>;
}

/**
 * The state before the first step: fresh weights, moments of zero, and an average that begins at the weights if one is
 * kept.
 * @param random what the weights are drawn from
 * @param options `average` keeps a moving average of the learned weights; `given` takes the place of fresh weights by
 * name
 */
export function initTrainState<Batch, Name extends string>(
  objective: Objective<Batch, Name>,
  random: Generator,
  { average = false, given = {} }: { average?: boolean; given?: Parameters } = {},
): TrainState {
  const params = { ...objective.init(random), ...given };
  const learned = Object.fromEntries(Object.entries(params).filter(([name]) => objective.learned(name)));
  return { step: 0, params, moments: zeroMoments(learned), ...(average && { average: copyOf(learned) }) };
}

/** The averaged weights, with the buffers that are not averaged; the weights themselves where no average is kept. */
export const averaged = (state: TrainState): Parameters => ({ ...state.params, ...state.average });

/**
 * Trains from `state` to `options.steps`, updating the state in place in every step and yielding what it did. The caller
 * may save the state between any two steps; going on from there gives the same weights to the bit.
 * @param batches from a step on, counted from 0; the batch of a step must not depend on where one began
 * @throws GeodriftError `training` if the loss, or the length of a gradient that is clipped, is not finite; the state is
 * then as it was before the step
 */
export async function* train<Batch, Name extends string>(
  state: TrainState,
  objective: Objective<Batch, Name>,
  batches: (from: number) => AsyncIterable<Batch>,
  options: TrainOptions,
  compileOptions: CompileOptions,
): AsyncGenerator<TrainMetrics> {
  if (state.step >= options.steps) return;
  const update = optimizers[options.optimizer ?? "adamw"];
  const gradient = compileGradient(objective, compileOptions);
  let then = performance.now();
  try {
    for await (const batch of batches(state.step)) {
      const rate = options.rate(state.step);
      const t = state.step + 1;
      const { loss, metrics, gradients } = await gradient(state.params, batch);
      if (!Number.isFinite(loss))
        throw new GeodriftError("training", `training diverged: the loss of step ${t} is ${loss}`);
      const gradientNorm = options.clip === undefined ? undefined : clipGradients(gradients, options.clip);
      if (gradientNorm !== undefined && !Number.isFinite(gradientNorm))
        throw new GeodriftError("training", `training diverged: the gradient of step ${t} is ${gradientNorm} long`);
      const ema = typeof options.ema === "function" ? options.ema(t) : options.ema;
      optimize(update, state, gradients, rate, t, { ...options, ema });
      state.step = t;
      const now = performance.now();
      yield {
        step: t,
        loss,
        rate,
        elapsedMs: now - then,
        ...(gradientNorm !== undefined && { gradientNorm }),
        metrics,
      };
      then = now;
      if (state.step >= options.steps) return;
    }
  } finally {
    await gradient.dispose();
  }
}

/** Loss, metrics and gradient of a batch, by one graph for every shape of its inputs. */
function compileGradient<Batch, Name extends string>(objective: Objective<Batch, Name>, options: CompileOptions) {
  type Inputs = Record<Name, Tensor>;
  type Result = [[Tensor, Record<string, Tensor>], Parameters];
  const run = compile<[Parameters, Parameters, Inputs], Result>(
    (still: Traced, learned: Traced, inputs: Record<Name, jax.Array>) => {
      const lossOf = (p: Traced) => {
        const own = Object.fromEntries(Object.entries<jax.Array>(inputs).map(([name, x]) => [name, x.ref]));
        const { loss, metrics = {} } = objective.loss({ ...still, ...p }, own as Record<Name, jax.Array>);
        return [loss, metrics] as never;
      };
      return jax.valueAndGrad(lossOf, { hasAux: true })(learned as never) as never;
    },
    options,
  );
  const evaluate = async (params: Parameters, batch: Batch) => {
    const concerned = objective.concerns?.(batch);
    const among = (wanted: (name: string) => boolean) =>
      Object.fromEntries(Object.entries(params).filter(([name]) => wanted(name)));
    const learned = among((name) => objective.learned(name) && (concerned?.(name) ?? true));
    const [[loss, metrics], gradients] = await run(
      among((name) => !objective.learned(name)),
      learned,
      objective.inputs(batch),
    );
    const numbers = Object.entries(metrics).map(([name, value]) => [name, value.data[0] as number]);
    return { loss: loss.data[0] as number, metrics: Object.fromEntries(numbers) as Record<string, number>, gradients };
  };
  return Object.assign(evaluate, { dispose: () => run.dispose() });
}
