/** CLIP's text tower (Radford et al. 2021, §2.4): tokens in, a vector in the space that pictures share. */
import { type Tensor, tensor } from "@geodrift/compile";
import { numpy as np } from "@jax-js/jax";
import type { Parameters, Traced } from "./parameters.js";
import { affineNorm, normShapes, type TransformerConfig, transformerBlocks, transformerShapes } from "./transformer.js";

type Arr = np.Array;

/** Sizes of a text tower. */
export interface TextConfig extends TransformerConfig {
  /** Most tokens of a text. */
  context: number;
  /** Numbers of a vector in the space shared with pictures. */
  projection: number;
}

/** Names and shapes of the weights that the tower computes with; the table of tokens is looked up outside. */
export const textShapes = (config: TextConfig): Record<string, number[]> => ({
  positions: [config.context, config.width],
  ...transformerShapes(config),
  ...normShapes("norm", config.width),
  "projection.weight": [config.projection, config.width],
});

/**
 * CLIP's text tower, with causal attention: the end token of every text, normalised and projected.
 * @param tokens rows of the token table, [n, length, width], length at most `context`
 * @param last one-hot, where every text ends, [n, length]
 * @returns [n, projection], not normalised
 */
export function textTransformer(config: TextConfig, p: Traced, tokens: Arr, last: Arr): Arr {
  const [n, length, width] = tokens.shape;
  const [positions] = np.split(p.positions.ref, [length], 0) as Arr[];
  // A token sees those before it and itself.
  const mask = np.triu(np.ones([length, length]), 1).mul(-1e9);
  const x = transformerBlocks(config, p, tokens.add(positions), mask);
  const end = affineNorm(p, "norm", x, config.eps)
    .mul(last.reshape([n, length, 1]))
    .sum(1);
  return np.matmul(end.reshape([n, width]), np.transpose(p["projection.weight"].ref));
}

/**
 * What `textTransformer` takes for texts of token ids, the end token last, padded to the longest.
 * @param table [vocabulary, width]
 * @returns rows of the table [n, length, width], and where every text ends, one-hot [n, length]
 */
export function textInputs(table: Tensor, texts: readonly (readonly number[])[]): [tokens: Tensor, last: Tensor] {
  const width = table.dims[1];
  const length = Math.max(...texts.map((t) => t.length));
  const [rows, ends] = [new Float32Array(texts.length * length * width), new Float32Array(texts.length * length)];
  texts.forEach((ids, i) => {
    ids.forEach((id, j) => {
      const row = (table.data as Float32Array).subarray(id * width, (id + 1) * width);
      rows.set(row, (i * length + j) * width);
    });
    ends[i * length + ids.length - 1] = 1;
  });
  return [tensor(rows, [texts.length, length, width]), tensor(ends, [texts.length, length])];
}

/** CLIP's text tower as it is loaded: its sizes, weights, and token table. */
export interface TextTower {
  /** Sizes of the tower. */
  config: TextConfig;
  /** Weights, of `textShapes`. */
  params: Parameters;
  /** Token table, [vocabulary, width]. */
  table: Tensor;
}
