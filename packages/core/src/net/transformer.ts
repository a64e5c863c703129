/**
 * Pre-normalised transformer blocks (Vaswani et al. 2017; Dosovitskiy et al. 2021), as vision transformers and CLIP's
 * text tower have them. Names of weights are those of DINOv2's own code; LayerScale is part of the projections.
 */
import { nn, numpy as np } from "@jax-js/jax";
import { constant, gelu, linear, sigmoid, silu, standardize } from "./layers.js";
import type { Traced } from "./parameters.js";

type Arr = np.Array;

/** Between the two layers of a block's perceptron. `swiglu` gates one half of its input by the other (Shazeer 2020). */
export type Activation = "gelu" | "quick-gelu" | "swiglu";

/** Sizes of a stack of transformer blocks. */
export interface TransformerConfig {
  /** Channels of a token. */
  width: number;
  /** Number of blocks. */
  depth: number;
  /** Attention heads of a block; divides `width`. */
  heads: number;
  /** Channels between the two layers of the perceptron. */
  hidden: number;
  /** Between the two layers of the perceptron. */
  activation: Activation;
  /** What layer normalisations add to the variance. */
  eps: number;
}

/** Names and shapes of the weights of all blocks. */
export function transformerShapes({ width, depth, hidden, activation }: TransformerConfig): Record<string, number[]> {
  const shapes: Record<string, number[]> = {};
  const dense = (name: string, out: number, into: number) => {
    shapes[`${name}.weight`] = [out, into];
    shapes[`${name}.bias`] = [out];
  };
  for (let i = 0; i < depth; i++) {
    for (const norm of ["norm1", "norm2"]) Object.assign(shapes, normShapes(`blocks.${i}.${norm}`, width));
    dense(`blocks.${i}.attn.qkv`, 3 * width, width);
    dense(`blocks.${i}.attn.proj`, width, width);
    dense(`blocks.${i}.mlp.fc1`, activation === "swiglu" ? 2 * hidden : hidden, width);
    dense(`blocks.${i}.mlp.fc2`, width, hidden);
  }
  return shapes;
}

/** Names and shapes of the gain and shift of a layer normalisation. */
export const normShapes = (name: string, width: number): Record<string, number[]> => ({
  [`${name}.weight`]: [width],
  [`${name}.bias`]: [width],
});

/** Layer normalisation over the last axis with `name.weight` and `name.bias`, both [width]. */
export function affineNorm(p: Traced, name: string, x: Arr, eps: number): Arr {
  return standardize(x, [-1], eps).mul(p[`${name}.weight`].ref).add(p[`${name}.bias`].ref);
}

/**
 * softmax(q kᵀ / √d) v over several heads, the three from one linear layer.
 * @param x [n, tokens, width]
 * @param mask [tokens, tokens], added to the scores
 */
function attention(p: Traced, name: string, x: Arr, heads: number, mask?: Arr): Arr {
  const [n, tokens, width] = x.shape;
  const channels = width / heads;
  const qkv = linear(p, `${name}.qkv`, x).reshape([n, tokens, 3, heads, channels]);
  const [q, k, v] = (np.split(np.transpose(qkv, [2, 0, 3, 1, 4]), 3, 0) as Arr[]).map((a) =>
    a.reshape([n, heads, tokens, channels]),
  );
  const scale = constant(x, 1 / Math.sqrt(channels));
  let scores = np.matmul(q.mul(scale), np.transpose(k, [0, 1, 3, 2]));
  if (mask) scores = scores.add(mask.ref);
  const mixed = np.matmul(nn.softmax(scores, -1), v);
  return linear(p, `${name}.proj`, np.transpose(mixed, [0, 2, 1, 3]).reshape([n, tokens, width]));
}

function activate(x: Arr, activation: Activation): Arr {
  if (activation === "gelu") return gelu(x);
  // x σ(1.702 x), which CLIP was trained with.
  if (activation === "quick-gelu") return x.ref.mul(sigmoid(x.ref.mul(constant(x, 1.702))));
  const [gate, value] = np.split(x, 2, -1) as Arr[];
  return silu(gate).mul(value);
}

/**
 * The transformer blocks one after the other, without a normalisation at the end.
 * @param x [n, tokens, width]
 * @param mask [tokens, tokens], added to the attention scores
 * @returns [n, tokens, width]
 */
export function transformerBlocks(
  { depth, heads, activation, eps }: TransformerConfig,
  p: Traced,
  x: Arr,
  mask?: Arr,
): Arr {
  let h = x;
  for (let i = 0; i < depth; i++) {
    const block = `blocks.${i}`;
    h = h.ref.add(attention(p, `${block}.attn`, affineNorm(p, `${block}.norm1`, h.ref, eps), heads, mask));
    const inner = activate(linear(p, `${block}.mlp.fc1`, affineNorm(p, `${block}.norm2`, h.ref, eps)), activation);
    h = h.ref.add(linear(p, `${block}.mlp.fc2`, inner));
  }
  return h;
}
