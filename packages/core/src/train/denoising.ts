/**
 * Learning to restore pictures (flow matching; spec §7): the network says what the picture was, the loss is that of the velocity
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

/** 1 − γ is held above this where a velocity is divided by it. */
export const minNoise = 0.1;

export interface DenoisingOptions {
  /** Mean and deviation of the logit of γ. */
  logit: readonly [mean: number, deviation: number];
  /** Shares of the examples that are told words alone, the place alone, and neither. */
  dropped: { place: number; words: number; both: number };
}

/** Level of the data: logistic of a normal number (Esser et al. 2024, §3.1). */
export const drawGamma = (random: Generator, [middle, deviation]: DenoisingOptions["logit"]): number =>
  1 / (1 + Math.exp(-(middle + deviation * random.normal())));

/** Are the words told, and the place? (Feng et al. 2025, §3.2: three ways to leave out.) */
export function drawConditionMask(
  random: Generator,
  { place, words, both }: DenoisingOptions["dropped"],
): [words: number, place: number] {
  const u = random.uniform();
  if (u < both) return [0, 0];
  if (u < both + place) return [1, 0];
  return u < both + place + words ? [0, 1] : [1, 1];
}

/** Pictures and what they are told. */
export interface DenoisingExamples extends ImageCondition {
  /** −1…1, [n, 3, size, size]. */
  pixels: Arr;
  /** Standard normal, of the same shape. */
  noise: Arr;
}

export type DenoisingBatch = TensorsOf<DenoisingExamples>;

/** Mean squared error of the velocity d(γ·pixels + (1−γ)·noise)/dγ, over pictures, channels and pixels. */
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
