/**
 * A residual convolutional encoder of small pictures (pre-activation, He et al. 2016), with one normalisation per block
 * over the whole feature map and a multi-layer head that keeps positions: where in the picture something lies is what a
 * place is read from.
 */
import { numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";
import { conv, linear, relu, standardize } from "./layers.js";
import { heInit, ones, type Parameters, type Traced, uniformInit, zeros } from "./parameters.js";

/** Sizes of a convolutional encoder. */
export interface ConvolutionalConfig {
  /** Pixels per side of a picture; divisible by 2^(stages + 1), which is 16 for three stages. */
  size: number;
  /** Channels after the first convolution (half size). */
  stem: number;
  /** Channels and residual blocks of every stage, each of which halves the size: at 1/4, 1/8 and 1/16 of it. */
  stages: readonly { channels: number; blocks: number }[];
  /** Channels that the last feature map is squeezed to before it is flattened. */
  squeeze: number;
  /** Channels of the head's two hidden layers. */
  hidden: number;
  /** Numbers of an embedding. */
  embedding: number;
}

/** Names and shapes of every weight; convolutions are [out, in, k, k]. */
export function convolutionalShapes(config: ConvolutionalConfig): Record<string, number[]> {
  const shapes: Record<string, number[]> = {};
  const layer = (name: string, weight: number[]) => {
    shapes[`${name}.weight`] = weight;
    shapes[`${name}.bias`] = [weight[0]];
  };
  layer("stem", [config.stem, 3, 3, 3]);
  let channels = config.stem;
  config.stages.forEach((stage, s) => {
    layer(`stages.${s}.down`, [stage.channels, channels, 2, 2]);
    channels = stage.channels;
    for (let b = 0; b < stage.blocks; b++) {
      const name = `stages.${s}.blocks.${b}`;
      layer(`${name}.norm`, [channels]);
      layer(`${name}.conv1`, [channels, channels, 3, 3]);
      layer(`${name}.conv2`, [channels, channels, 3, 3]);
    }
  });
  const last = config.size / 2 ** (config.stages.length + 1);
  layer("squeeze", [config.squeeze, channels, 1, 1]);
  layer("head.0", [config.hidden, config.squeeze * last * last]);
  layer("head.1", [config.hidden, config.hidden]);
  layer("head.2", [config.embedding, config.hidden]);
  return shapes;
}

/**
 * Random weights: normal for what is followed by a ReLU (He et al. 2015), the last layer uniform; every residual block
 * begins as the identity.
 */
export function initConvolutional(config: ConvolutionalConfig, random: Generator): Parameters {
  return Object.fromEntries(
    Object.entries(convolutionalShapes(config)).map(([name, shape]) => {
      const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
      if (name.endsWith("norm.weight")) return [name, ones(shape)];
      if (name.endsWith(".bias") || /conv2\.weight$/.test(name)) return [name, zeros(shape)];
      return [name, name === "head.2.weight" ? uniformInit(random, shape, fanIn) : heInit(random, shape, fanIn)];
    }),
  );
}

/** Normalises a picture's features over channels and space, then scales and shifts each channel. */
function norm(p: Traced, name: string, x: np.Array): np.Array {
  const shape = [1, -1, 1, 1];
  const y = standardize(x, [1, 2, 3], 1e-5);
  return y.mul(p[`${name}.weight`].ref.reshape(shape)).add(p[`${name}.bias`].ref.reshape(shape));
}

/** Channels of what `convolutional` shows on the way, in that order. */
export const convolutionalChannels = ({ stem, stages, squeeze }: ConvolutionalConfig): number[] => [
  3,
  stem,
  ...stages.map((s) => s.channels),
  squeeze,
];

/**
 * The convolutional encoder: pictures to embeddings.
 * @param pixels [n, 3, size, size], 0…1
 * @param inspect is shown the picture as it enters, and the activations after the stem, every stage and the squeeze
 * @returns embeddings [n, embedding]
 */
export function convolutional(
  config: ConvolutionalConfig,
  p: Traced,
  pixels: np.Array,
  inspect?: (activations: np.Array) => void,
): np.Array {
  // Most land is dark: the square root spreads out what differs between forests.
  const spread = np.sqrt(pixels).sub(0.5).mul(4);
  inspect?.(spread.ref);
  let x = relu(conv(p, "stem", spread, { stride: 2, padding: 1 }));
  inspect?.(x.ref);
  config.stages.forEach((stage, s) => {
    x = conv(p, `stages.${s}.down`, x, { stride: 2 });
    for (let b = 0; b < stage.blocks; b++) {
      const name = `stages.${s}.blocks.${b}`;
      const inner = relu(conv(p, `${name}.conv1`, relu(norm(p, `${name}.norm`, x.ref)), { padding: 1 }));
      x = x.add(conv(p, `${name}.conv2`, inner, { padding: 1 }));
    }
    inspect?.(x.ref);
  });
  x = relu(conv(p, "squeeze", relu(x)));
  inspect?.(x.ref);
  x = standardize(x.reshape([x.shape[0], -1]), [-1], 1e-5);
  x = relu(linear(p, "head.0", x));
  x = x.ref.add(relu(linear(p, "head.1", standardize(x.ref, [-1], 1e-5))));
  return linear(p, "head.2", standardize(x, [-1], 1e-5));
}
