/**
 * A residual convolutional encoder of small pictures (pre-activation, He et al. 2016), with one normalisation per block
 * over the whole feature map and a multi-layer head that keeps positions: where in the picture something lies is what a
 * place is read from.
 */
import { numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";
import { conv, linear, relu, standardize } from "./layers.js";
import { heInit, ones, type Parameters, type Traced, uniformInit, zeros } from "./parameters.js";

export interface ConvolutionalConfig {
  /** Pixels per side; divisible by 16. */
  size: number;
  /** Channels after the first convolution (half size). */
  stem: number;
  /** Channels and residual blocks at 1/4, 1/8 and 1/16 of the size. */
  stages: readonly { channels: number; blocks: number }[];
  /** Channels that the last feature map is squeezed to before it is flattened. */
  squeeze: number;
  /** Width of the head. */
  hidden: number;
  /** Width of the embedding. */
  embedding: number;
}

export function initConvolutional(config: ConvolutionalConfig, random: Generator): Parameters {
  const p: Parameters = {};
  const convolution = (name: string, out: number, into: number, k: number, init = heInit) => {
    p[`${name}.weight`] = init(random, [out, into, k, k], into * k * k);
    p[`${name}.bias`] = zeros([out]);
  };
  const dense = (name: string, out: number, into: number) => {
    p[`${name}.weight`] = heInit(random, [out, into], into);
    p[`${name}.bias`] = zeros([out]);
  };
  convolution("stem", config.stem, 3, 3);
  let channels = config.stem;
  config.stages.forEach((stage, s) => {
    convolution(`stages.${s}.down`, stage.channels, channels, 2);
    channels = stage.channels;
    for (let b = 0; b < stage.blocks; b++) {
      const name = `stages.${s}.blocks.${b}`;
      p[`${name}.norm.weight`] = ones([channels]);
      p[`${name}.norm.bias`] = zeros([channels]);
      convolution(`${name}.conv1`, channels, channels, 3);
      convolution(`${name}.conv2`, channels, channels, 3);
      // Blocks begin as the identity.
      p[`${name}.conv2.weight`] = zeros([channels, channels, 3, 3]);
    }
  });
  const last = config.size / 2 ** (config.stages.length + 1);
  convolution("squeeze", config.squeeze, channels, 1);
  dense("head.0", config.hidden, config.squeeze * last * last);
  dense("head.1", config.hidden, config.hidden);
  p["head.2.weight"] = uniformInit(random, [config.embedding, config.hidden], config.hidden);
  p["head.2.bias"] = zeros([config.embedding]);
  return p;
}

/** Normalises a picture's features over channels and space, then scales and shifts each channel. */
function norm(p: Traced, name: string, x: np.Array): np.Array {
  const shape = [1, -1, 1, 1];
  const y = standardize(x, [1, 2, 3], 1e-5);
  return y.mul(p[`${name}.weight`].ref.reshape(shape)).add(p[`${name}.bias`].ref.reshape(shape));
}

/**
 * @param pixels [n, 3, size, size], 0…1
 * @returns embeddings [n, embedding]
 */
export function convolutional(config: ConvolutionalConfig, p: Traced, pixels: np.Array): np.Array {
  // Most land is dark: the square root spreads out what differs between forests.
  const spread = np.sqrt(pixels).sub(0.5).mul(4);
  let x = relu(conv(p, "stem", spread, { stride: 2, padding: 1 }));
  config.stages.forEach((stage, s) => {
    x = conv(p, `stages.${s}.down`, x, { stride: 2 });
    for (let b = 0; b < stage.blocks; b++) {
      const name = `stages.${s}.blocks.${b}`;
      const inner = relu(conv(p, `${name}.conv1`, relu(norm(p, `${name}.norm`, x.ref)), { padding: 1 }));
      x = x.add(conv(p, `${name}.conv2`, inner, { padding: 1 }));
    }
  });
  x = relu(conv(p, "squeeze", relu(x)));
  x = standardize(x.reshape([x.shape[0], -1]), [-1], 1e-5);
  x = relu(linear(p, "head.0", x));
  x = x.ref.add(relu(linear(p, "head.1", standardize(x.ref, [-1], 1e-5))));
  return linear(p, "head.2", standardize(x, [-1], 1e-5));
}
