/** Steps of the training of an image transformer: gradient, clipping, AdamW, average. */

import { type CompileOptions, compile, type Tensor } from "@geodrift/compile";
import * as jax from "@jax-js/jax";
import { GeodriftError } from "../errors/geodrift-error.js";
import { type ImageTransformerConfig, initImageTransformer } from "../net/image-transformer.js";
import { copyOf, type Parameters, type Traced } from "../net/parameters.js";
import type { TextEncoder } from "../net/words.js";
import type { Generator } from "../random/generator.js";
import { adamw } from "./adamw.js";
import { type DenoisingBatch, type DenoisingExamples, denoisingLoss } from "./denoising.js";
import { clipGradients, type Moments, noughtMoments, optimize, warmedDecay } from "./optimizer.js";

type Arr = jax.Array;

export interface DenoisingState {
  /** Steps done. */
  step: number;
  params: Parameters;
  moments: Moments;
  average: Parameters;
}

export function initDenoising(
  config: ImageTransformerConfig,
  words: TextEncoder,
  random: Generator,
  given: Parameters = {},
): DenoisingState {
  const params = { ...initImageTransformer(config, words, random), ...given };
  return { step: 0, params, moments: noughtMoments(params), average: copyOf(params) };
}

export interface DenoisingStepOptions {
  betas: readonly [number, number];
  /** Longest gradient. */
  clip: number;
  /** Decay of the average of weights. */
  ema: number;
}

export interface DenoisingSteps {
  /** One step, updating the state in place. @throws Error if loss or gradient are no numbers any more */
  run(state: DenoisingState, batch: DenoisingBatch, rate: number): Promise<{ loss: number; gradient: number }>;
  dispose(): Promise<void>;
}

export function denoisingSteps(
  config: ImageTransformerConfig,
  words: TextEncoder,
  { betas, clip, ema }: DenoisingStepOptions,
  options: CompileOptions,
): DenoisingSteps {
  const gradientOf = compile<[Parameters, DenoisingBatch], [Tensor, Parameters]>(
    (p: Traced, batch: DenoisingExamples) =>
      jax.valueAndGrad((q: Traced) => {
        const uses = Object.fromEntries(Object.entries(batch).map(([name, x]) => [name, (x as Arr).ref]));
        return denoisingLoss(config, words, q, uses as unknown as DenoisingExamples);
      })(p) as never,
    options,
  );
  return {
    async run(state, batch, rate) {
      const [loss, gradients] = await gradientOf(ownWeights(state.params, config, batch.pixels.dims[2]), { ...batch });
      const value = loss.data[0] as number;
      if (!Number.isFinite(value))
        throw new GeodriftError("training", `training diverged: the loss of step ${state.step + 1} is ${value}`);
      const gradient = clipGradients(gradients, clip);
      if (!Number.isFinite(gradient))
        throw new GeodriftError(
          "training",
          `training diverged: the gradient of step ${state.step + 1} is ${gradient} long`,
        );
      optimize(adamw, state, gradients, rate, state.step + 1, { betas, ema: warmedDecay(ema, state.step + 1) });
      state.step++;
      return { loss: value, gradient };
    },
    dispose: () => gradientOf.dispose(),
  };
}

/** The weights that a picture of this size passes: all but the layers of other sizes. */
function ownWeights(params: Parameters, { sizes }: ImageTransformerConfig, size: number): Parameters {
  const others = sizes.filter((s) => s !== size).map((s) => `sizes.${s}.`);
  return Object.fromEntries(
    Object.entries(params).filter(([name]) => !others.some((prefix) => name.startsWith(prefix))),
  );
}
