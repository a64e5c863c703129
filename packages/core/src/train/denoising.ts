/**
 * Learning to restore pictures (flow matching): the network says what the picture was, the loss is that of the velocity
 * which follows from it (JiT, Li & He 2025, table 1: x-prediction with v-loss). Noise and pictures are paired at random:
 * pairing them by transport within a batch would skew what conditions mean (Cheng & Schwing 2025).
 */
import { numpy as np } from "@jax-js/jax";
import {
  type ImageCondition,
  type ImageTransformerConfig,
  imageTransformer,
  type TensorsOf,
} from "../net/image-transformer.js";
import { constant, mean } from "../net/layers.js";
import type { Traced } from "../net/parameters.js";
import type { TextEncoder } from "../net/words.js";
import type { Generator } from "../random/generator.js";

type Arr = np.Array;

/** Least 1 − γ that a velocity is divided by: it bounds the weight 1 / (1 − γ)² of the loss at 100. */
export const minNoise = 0.1;

/** How the noise levels and the conditions of a denoising training are drawn. */
export interface DenoisingOptions {
  /** Mean and standard deviation of the logit of γ, which is normal. */
  logit: readonly [mean: number, deviation: number];
  /**
   * Shares of the examples, 0 … 1, of which the place is dropped (told words alone), the words are dropped, and both.
   */
  dropped: { place: number; words: number; both: number };
}

/** γ in 0 … 1 of a logit-normal distribution (Esser et al. 2024, §3.1); 1 is data. */
export const drawGamma = (random: Generator, [middle, deviation]: DenoisingOptions["logit"]): number =>
  1 / (1 + Math.exp(-(middle + deviation * random.normal())));

/**
 * Draws which conditions an example is told (Feng et al. 2025: words alone, the place alone, neither, or both).
 * @returns 1 for told and 0 for dropped, of the words and of the place
 */
export function drawConditionMask(
  random: Generator,
  { place, words, both }: DenoisingOptions["dropped"],
): [words: number, place: number] {
  const u = random.uniform();
  if (u < both) return [0, 0];
  if (u < both + place) return [1, 0];
  return u < both + place + words ? [0, 1] : [1, 1];
}

/** Pictures, the noise that is mixed in, and what they are told, as traced arrays. */
export interface DenoisingExamples extends ImageCondition {
  /** Pictures, [n, 3, size, size] in −1 … 1. */
  pixels: Arr;
  /** Standard normal, [n, 3, size, size]. */
  noise: Arr;
}

/** The same as tensors: a batch for `denoisingObjective`. */
export type DenoisingBatch = TensorsOf<DenoisingExamples>;

/**
 * Mean squared error of the velocity d(γ·pixels + (1 − γ)·noise)/dγ, over pictures, channels and pixels, with 1 − γ held
 * above `minNoise`. Arrays but `p`'s are consumed.
 * @param p weights by state-dict name
 * @returns a scalar
 */
export function denoisingLoss(
  config: ImageTransformerConfig,
  words: TextEncoder,
  p: Traced,
  { pixels, noise, ...condition }: DenoisingExamples,
): Arr {
  const [n] = pixels.shape;
  const level = condition.gamma.ref.reshape([n, 1, 1, 1]);
  const rest = constant(level, 1).sub(level.ref);
  const noisy = level.mul(pixels.ref).add(rest.ref.mul(noise));
  const denoised = imageTransformer(config, words, p, noisy, condition);
  // Both velocities start from the same noisy picture, so their difference is that of the pictures.
  const error = denoised.sub(pixels);
  const bounded = np.maximum(rest, minNoise);
  const weight = constant(bounded, 1).div(bounded.ref.mul(bounded));
  return mean(mean(error.ref.mul(error), [1, 2, 3]).mul(weight), [0]).reshape([]);
}
