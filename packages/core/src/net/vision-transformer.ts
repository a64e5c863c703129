/**
 * Vision transformers that turn a picture into one vector: DINOv2 (Oquab et al. 2023) with and without registers (Darcet
 * et al. 2024), and CLIP's image tower (Radford et al. 2021).
 */
import { numpy as np } from "@jax-js/jax";
import { linear } from "./layers.js";
import type { Traced } from "./parameters.js";
import { affineNorm, normShapes, type TransformerConfig, transformerBlocks, transformerShapes } from "./transformer.js";

type Arr = np.Array;

/** Sizes of a vision transformer. */
export interface VisionConfig extends TransformerConfig {
  /** Pixels per side of a picture; a multiple of `patch`. */
  size: number;
  /** Pixels per side of a patch. */
  patch: number;
  /** Number of tokens in front of the patches: the class token, and registers. */
  prefix: number;
  /** Are tokens normalised before the first block, as in CLIP? */
  preNorm: boolean;
  /** Is the class token normalised in the end? The code of Dufour et al. 2024 takes CLIP's as it leaves the last block. */
  postNorm: boolean;
}

/** Names and shapes of all weights. Positions are those of `size`, and the prefix has its own added already. */
export function visionShapes(config: VisionConfig): Record<string, number[]> {
  const { size, patch, prefix, preNorm, postNorm, width } = config;
  return {
    prefix: [prefix, width],
    positions: [(size / patch) ** 2, width],
    "patch_embed.weight": [width, 3 * patch * patch],
    "patch_embed.bias": [width],
    ...(preNorm && normShapes("pre_norm", width)),
    ...transformerShapes(config),
    ...(postNorm && normShapes("norm", width)),
  };
}

/** Patches as rows of their pixels: [n, 3, size, size] to [n, patches, 3·patch²], the order of a convolution's weight. */
function patches(pixels: Arr, patch: number): Arr {
  const [n, channels, size] = pixels.shape;
  const grid = size / patch;
  return np
    .transpose(pixels.reshape([n, channels, grid, patch, grid, patch]), [0, 2, 4, 1, 3, 5])
    .reshape([n, grid * grid, channels * patch * patch]);
}

/**
 * The vision transformer: pictures to their class tokens.
 * @param pixels [n, 3, size, size], standardised as the model wants
 * @returns class tokens [n, width]
 */
export function visionTransformer(config: VisionConfig, p: Traced, pixels: Arr): Arr {
  const { width, prefix, patch, preNorm, postNorm, eps } = config;
  const n = pixels.shape[0];
  const seen = linear(p, "patch_embed", patches(pixels, patch)).add(p.positions.ref);
  const front = np.broadcastTo(p.prefix.ref.reshape([1, prefix, width]), [n, prefix, width]);
  let x = np.concatenate([front, seen], 1);
  if (preNorm) x = affineNorm(p, "pre_norm", x, eps);
  const [classToken] = np.split(transformerBlocks(config, p, x), [1], 1) as Arr[];
  const out = classToken.reshape([n, width]);
  return postNorm ? affineNorm(p, "norm", out, eps) : out;
}
