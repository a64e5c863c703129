/**
 * What tells pictures of the kind that an encoder was trained on from all others: the means and deviations of its channels
 * at every depth, which a small perceptron weighs. An encoder's last features do not tell them apart: whatever it is shown,
 * it says some place.
 */
import { numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";
import { type ConvolutionalConfig, convolutional, convolutionalChannels } from "./convolutional.js";
import { constant, gelu, linear, mean } from "./layers.js";
import { type Parameters, type Traced, uniformInit } from "./parameters.js";

type Arr = np.Array;

/** Sizes of a domain head. */
export interface DomainHeadConfig {
  /** Hidden channels. */
  hidden: number;
}

/** Numbers of a picture that the head weighs: the mean and the deviation of every channel. */
export const domainWidth = (trunk: ConvolutionalConfig): number =>
  2 * convolutionalChannels(trunk).reduce((a, b) => a + b, 0);

/** Names and shapes of every weight, and of the statistics that features are standardised by. */
export function domainHeadShapes({ hidden }: DomainHeadConfig, trunk: ConvolutionalConfig): Record<string, number[]> {
  const width = domainWidth(trunk);
  return {
    "domain.mean": [width],
    "domain.scale": [width],
    "domain.0.weight": [hidden, width],
    "domain.0.bias": [hidden],
    "domain.1.weight": [1, hidden],
    "domain.1.bias": [1],
  };
}

/**
 * Random weights, by PyTorch's default initialisation.
 * @param statistics `domain.mean` and `domain.scale`, which are not learned
 */
export function initDomainHead(
  config: DomainHeadConfig,
  trunk: ConvolutionalConfig,
  statistics: Parameters,
  random: Generator,
): Parameters {
  const fanIn = { 0: domainWidth(trunk), 1: config.hidden };
  const learned = Object.entries(domainHeadShapes(config, trunk)).filter(([name]) => !(name in statistics));
  return {
    ...statistics,
    ...Object.fromEntries(
      learned.map(([name, shape]) => [name, uniformInit(random, shape, fanIn[name.includes(".0.") ? 0 : 1])]),
    ),
  };
}

/** Mean and deviation of every channel over a picture: [n, channels, h, w] to [n, 2·channels]. */
export function channelMoments(x: Arr): Arr {
  const [n, channels] = x.shape;
  const centre = mean(x.ref, [2, 3]);
  const centred = x.sub(centre.ref);
  const deviation = np.sqrt(mean(centred.ref.mul(centred), [2, 3]).add(constant(centre, 1e-8)));
  return np.concatenate([centre, deviation], 1).reshape([n, 2 * channels]);
}

/**
 * The encoder, and the moments of its channels on the way.
 * @param pixels [n, 3, size, size], 0…1
 * @returns embeddings [n, embedding], and moments [n, domainWidth]
 */
export function withMoments(trunk: ConvolutionalConfig, p: Traced, pixels: Arr): { embedding: Arr; moments: Arr } {
  const moments: Arr[] = [];
  const embedding = convolutional(trunk, p, pixels, (x) => moments.push(channelMoments(x)));
  return { embedding, moments: np.concatenate(moments, 1) };
}

/** Deviations beyond which a feature is as odd as it can be. */
const oddest = 8;

/**
 * Log-odds that pictures are of the encoder's kind.
 * @param p with `domainHeadShapes`
 * @param features moments of the channels, [n, domainWidth]
 * @returns [n, 1]
 */
export function domainLogOdds(p: Traced, features: Arr): Arr {
  const standard = features.sub(p["domain.mean"].ref).mul(p["domain.scale"].ref);
  return linear(p, "domain.1", gelu(linear(p, "domain.0", np.clip(standard, -oddest, oddest))));
}
