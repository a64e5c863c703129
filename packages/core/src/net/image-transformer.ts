/**
 * A transformer that restores pictures from noise, told where they show and in which words: an in-context pixel transformer
 * (U-ViT, Bao et al. 2023; JiT, Li & He 2025), with the place as two tokens after those of the words (Feng et al. 2025, §3.1), or the
 * angle that a landmark is seen from as one (§3.2).
 *
 * One sequence: [time, width of the scene, words…, longitude, latitude (or angle), patches…]. Normalisation is by root mean square without
 * weights of its own (the next layer has them), the perceptrons have squared ReLUs (So et al. 2021): both are few passes
 * over memory, which is what a step costs beside its products. Where patches come in and go out, each also sees its four
 * neighbours: without that, patches take long to learn that they belong to one picture. And each begins with a summary of all
 * that is told: by attention alone, what is told takes long to be heard (Peebles & Xie 2023, §3, found the same of tokens in
 * context). And each patch has the features of where on the globe its own middle lies, from a map that is learned along:
 * neighbouring views share what they show. One trunk serves several sizes of picture, each cut into the same number of patches,
 * with layers of its own at either end.
 */
import type { Tensor } from "@geodrift/compile";
import { nn, numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";
import { type FeatureGridConfig, mapFeatures, mapShape, readMap } from "./feature-grid.js";
import { constant, linear, mean, silu, squaredReluLinear } from "./layers.js";
import { type Parameters, type Traced, uniformInit, zeros } from "./parameters.js";
import { groundOctaves, placeEncodingWidth } from "./place-encoding.js";
import type { TextEncoder } from "./words.js";

type Arr = np.Array;

/** What pictures are controlled by beside words. */
export type ImageControl = "place" | "angle";

/** Tokens of each control: longitude and latitude, or one angle. */
const controlTokens: Record<ImageControl, number> = { place: 2, angle: 1 };

/** Sizes of an image transformer. */
export interface ImageTransformerConfig {
  /** Channels of a token. */
  width: number;
  /** Blocks; an even number, the second half sees what the first half had (U-ViT's long skips). */
  depth: number;
  /** Attention heads of a block; divides `width`. */
  heads: number;
  /** Channels between the two layers of a perceptron. */
  hidden: number;
  /** What the pictures are controlled by beside words: where they show, or from which side. The place if left out. */
  control?: ImageControl;
  /** Octaves of the encoding of the place, or of the angle. */
  octaves: number;
  /** Levels of the learned map; none for a network without one. */
  map: FeatureGridConfig;
  /** Patches along a side, of every size. */
  grid: number;
  /** Pixels along a side of the pictures that it makes; multiples of `grid`. */
  sizes: readonly number[];
}

/** Octaves of the time encoding. */
const timeOctaves = 16;

/** What a network is controlled by, and in how many tokens. */
export const controlOf = ({ control = "place" }: Pick<ImageTransformerConfig, "control">) => ({
  control,
  tokens: controlTokens[control],
});

/** Number of tokens in front of the patches: those of the words, and time, width of the scene, longitude and latitude (or angle). */
export const contextTokens = (config: Pick<ImageTransformerConfig, "control">, words: number): number =>
  words + 2 + controlOf(config).tokens;

/**
 * Names and shapes of every weight but those of the text encoder.
 * @param words tokens of the text encoder
 */
export function imageTransformerShapes(config: ImageTransformerConfig, words: number): Record<string, number[]> {
  const { width, depth, hidden, octaves, map, grid, sizes } = config;
  const shapes: Record<string, number[]> = {};
  const dense = (name: string, out: number, into: number) => {
    shapes[`${name}.weight`] = [out, into];
    shapes[`${name}.bias`] = [out];
  };
  const token = (name: string, into: number) => {
    dense(`${name}.0`, width, into);
    dense(`${name}.1`, width, width);
  };
  token("time", 2 * timeOctaves);
  token("ground", 2 * groundOctaves);
  const { control, tokens } = controlOf(config);
  token(control, placeEncodingWidth(octaves));
  for (const [l, level] of map.entries()) shapes[`map.${l}`] = mapShape(level);
  if (map.length > 0) dense("map.patch", width, mapFeatures(map));
  shapes["null.words"] = [words, width];
  shapes[`null.${control}`] = [tokens, width];
  for (const end of ["first", "last"]) dense(`near.${end}`, width, 5 * width);
  token("summary", (3 + tokens) * width);
  shapes.positions = [contextTokens(config, words) + grid * grid, width];
  for (let i = 0; i < depth; i++) {
    const block = `blocks.${i}`;
    if (i >= depth / 2) dense(`${block}.skip`, width, 2 * width);
    dense(`${block}.qkv`, 3 * width, width);
    dense(`${block}.proj`, width, width);
    dense(`${block}.mlp.0`, hidden, width);
    dense(`${block}.mlp.1`, width, hidden);
  }
  for (const size of sizes) {
    const pixels = 3 * (size / grid) ** 2;
    dense(`sizes.${size}.embed`, width, pixels);
    shapes[`sizes.${size}.positions`] = [grid * grid, width];
    dense(`sizes.${size}.out`, pixels, width);
  }
  return shapes;
}

/**
 * Random weights, those of the text encoder included: uniform; what adds to the residual stream begins at zero;
 * positions begin as waves over the grid.
 */
export function initImageTransformer(
  config: ImageTransformerConfig,
  words: TextEncoder,
  random: Generator,
): Parameters {
  const shapes = { ...imageTransformerShapes(config, words.tokens), ...words.shapes(config.width) };
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      if (/^near\.|^map\.\d+$|\.(proj|mlp\.1|out)\.weight$/.test(name) || name.endsWith(".bias"))
        return [name, zeros(shape)];
      if (name === "positions") return [name, initPositions(config, contextTokens(config, words.tokens), random)];
      if (/^sizes\.\d+\.positions$/.test(name)) return [name, zeros(shape)];
      // PyTorch's linear layers are √3 times shorter; the rows of a table are as long as a token.
      return [name, uniformInit(random, shape, name.endsWith(".weight") ? shape[1] / 3 : 1)];
    }),
  );
}

/** Random in front; for patches sines and cosines of their row and column, a wave from two patches to twice the grid. */
function initPositions({ width, grid }: ImageTransformerConfig, context: number, random: Generator): Tensor {
  const out = uniformInit(random, [context + grid * grid, width], 1);
  const data = out.data as Float32Array;
  const quarter = Math.floor(width / 4);
  for (let patch = 0; patch < grid * grid; patch++)
    for (let i = 0; i < 4 * quarter; i++) {
      const along = i < 2 * quarter ? Math.floor(patch / grid) : patch % grid;
      const rate = (Math.PI / grid) * grid ** ((i % quarter) / Math.max(1, quarter - 1));
      data[(context + patch) * width + i] =
        Math.floor(i / quarter) % 2 ? Math.cos(rate * along) : Math.sin(rate * along);
    }
  return out;
}

/** What a batch of n pictures is told. */
export interface ImageCondition {
  /** Level of the data γ, 0 (noise) … 1 (data), [n]. */
  gamma: Arr;
  /** Encoded widths of the scenes (`groundEncodingInto`, `fillEncodingInto`), [n, 2·groundOctaves]. */
  ground: Arr;
  /** What the text encoder prepared of n captions. */
  words: Arr;
  /** Encoded places (`placeEncodingInto`), longitude first, [n, 2, 2·octaves], or angles (`angleEncodingInto`), [n, 1, 2·octaves]. */
  control: Arr;
  /** Rows of the map's tables for every patch (`GridLookup`), int32 [n, grid², mapReads]; absent without a map. */
  points?: Arr;
  /** Weights of those rows, float32 [n, grid², mapReads]; absent without a map. */
  shares?: Arr;
  /** Whether the words, and whether the place or the angle, are told: 0 or 1, [n, 2]. */
  mask: Arr;
}

/** A record of arrays as a record of tensors. */
export type TensorsOf<T> = { [name in keyof T]: Tensor };

/** x / √(mean x² + ε) over the last axis (Zhang & Sennrich 2019, without a weight). */
const rmsNorm = (x: Arr): Arr => {
  const square = mean(x.ref.mul(x.ref), [-1]);
  return x.mul(np.reciprocal(np.sqrt(square.ref.add(constant(square, 1e-6)))));
};

/** Two layers, as everything that is not a word becomes a token. */
const asToken = (p: Traced, name: string, x: Arr): Arr => linear(p, `${name}.1`, silu(linear(p, `${name}.0`, x)));

/** sin and cos of γ at wavelengths from 4 to 4/100, geometrically spaced. */
function timeEncoding(gamma: Arr): Arr {
  const rates = Float32Array.from({ length: timeOctaves }, (_, k) => (Math.PI / 2) * 100 ** (k / (timeOctaves - 1)));
  const phase = gamma.reshape([-1, 1]).mul(np.array(rates));
  return np.concatenate([np.sin(phase.ref), np.cos(phase)], -1);
}

/** Patches as rows of their pixels, channel by channel: [n, 3, size, size] to [n, grid², 3·patch²], patch = size / grid. */
export function toPatches(pixels: Arr, grid: number): Arr {
  const [n, channels, size] = pixels.shape;
  const patch = size / grid;
  return np
    .transpose(pixels.reshape([n, channels, grid, patch, grid, patch]), [0, 2, 4, 1, 3, 5])
    .reshape([n, grid * grid, channels * patch * patch]);
}

/** The inverse of `toPatches`: [n, grid², 3·patch²] to [n, 3, size, size]. */
export function fromPatches(patches: Arr, grid: number): Arr {
  const [n, , width] = patches.shape;
  const patch = Math.sqrt(width / 3);
  return np
    .transpose(patches.reshape([n, grid, grid, 3, patch, patch]), [0, 3, 1, 4, 2, 5])
    .reshape([n, 3, grid * patch, grid * patch]);
}

/** Patches with what a linear layer makes of each, and of those above, below, left and right of it. */
function withNeighbours(p: Traced, name: string, x: Arr, grid: number): Arr {
  const [n, patches, width] = x.shape;
  const rows = silu(x.ref).reshape([n, grid, grid, width]);
  const moved = (axis: number, back: boolean): Arr => {
    const edge = np.zeros(axis === 1 ? [n, 1, grid, width] : [n, grid, 1, width]);
    const [a, b] = np.split(rows.ref, [back ? 1 : grid - 1], axis) as Arr[];
    return np.concatenate(back ? [b, edge] : [edge, a], axis);
  };
  const all = [rows.ref, moved(1, false), moved(1, true), moved(2, false), moved(2, true)];
  return x.add(linear(p, name, np.concatenate(all, -1).reshape([n, patches, 5 * width])));
}

/** Everything in front of the patches, [n, context, width]. */
function context(p: Traced, config: ImageTransformerConfig, words: TextEncoder, condition: ImageCondition): Arr {
  const { width } = config;
  const { gamma, ground, mask } = condition;
  const { control } = controlOf(config);
  const n = gamma.shape[0];
  const [wordsMask, controlMask] = (np.split(mask, 2, 1) as Arr[]).map((t) => t.reshape([n, 1, 1]));
  /** The tokens where they are told, what was learned to stand for nothing where not. */
  const unlessNull = (tokens: Arr, given: Arr, name: string) => {
    const none = p[name].ref.reshape([1, ...p[name].shape]);
    return none.ref.add(given.mul(tokens.sub(none)));
  };
  const texts = words.encode(p, condition.words, width);
  return np.concatenate(
    [
      asToken(p, "time", timeEncoding(gamma)).reshape([n, 1, width]),
      asToken(p, "ground", ground).reshape([n, 1, width]),
      unlessNull(texts, wordsMask, "null.words"),
      unlessNull(asToken(p, control, condition.control), controlMask, `null.${control}`),
    ],
    1,
  );
}

/** What is told, in one vector: time, width of the scene, the sum of the words, longitude and latitude (or angle), [n, 1, width]. */
function summary(p: Traced, context: Arr, controls: number): Arr {
  const [n, tokens, width] = context.shape;
  const [first, words, control] = np.split(context, [2, tokens - controls], 1) as Arr[];
  const all = np.concatenate([first, words.sum(1, { keepdims: true }), control], 1);
  return asToken(p, "summary", all.reshape([n, 1, (3 + controls) * width]));
}

/** softmax(q kᵀ / √d) v over several heads. @returns with it the weights, [n, heads, tokens, tokens] */
function attention(p: Traced, name: string, x: Arr, heads: number): [mixed: Arr, weights: Arr] {
  const [n, tokens, width] = x.shape;
  const channels = width / heads;
  const qkv = linear(p, `${name}.qkv`, x).reshape([n, tokens, 3, heads, channels]);
  const [q, k, v] = (np.split(np.transpose(qkv, [2, 0, 3, 1, 4]), 3, 0) as Arr[]).map((a) =>
    a.reshape([n, heads, tokens, channels]),
  );
  const scores = np.matmul(q.mul(constant(q, 1 / Math.sqrt(channels))), np.transpose(k, [0, 1, 3, 2]));
  const weights = nn.softmax(scores, -1);
  const mixed = np.transpose(np.matmul(weights.ref, v), [0, 2, 1, 3]).reshape([n, tokens, width]);
  return [linear(p, `${name}.proj`, mixed), weights];
}

/**
 * The denoiser: what noisy pictures were before the noise (x-prediction, as in JiT, Li & He 2025).
 * @param noisy γ·picture + (1 − γ)·noise, [n, 3, size, size], pictures in −1…1
 * @param look is shown every block's attention, [n, heads, tokens, tokens]
 * @returns pictures [n, 3, size, size], −1…1 where the noise was understood
 */
export function imageTransformer(
  config: ImageTransformerConfig,
  words: TextEncoder,
  p: Traced,
  noisy: Arr,
  condition: ImageCondition,
  look?: (weights: Arr) => void,
): Arr {
  const { width, depth, heads, grid, map } = config;
  const controls = controlOf(config).tokens;
  const [n, , size] = noisy.shape;
  const own = `sizes.${size}`;
  const placed = linear(p, `${own}.embed`, toPatches(noisy, grid)).add(p[`${own}.positions`].ref);
  const told = context(p, config, words, { ...condition, mask: condition.mask.ref });
  let patches = withNeighbours(p, "near.first", placed, grid).add(summary(p, told.ref, controls));
  if (condition.points && condition.shares) {
    const features = readMap(p, map, condition.points.ref, condition.shares.ref);
    const [, placeMask] = np.split(condition.mask.ref, 2, 1) as Arr[];
    patches = patches.add(linear(p, "map.patch", features).mul(placeMask.reshape([n, 1, 1])));
  }
  let h = np.concatenate([told, patches], 1).add(p.positions.ref);
  const tokens = h.shape[1];
  const earlier: Arr[] = [];
  for (let i = 0; i < depth; i++) {
    const block = `blocks.${i}`;
    if (i >= depth / 2) h = linear(p, `${block}.skip`, np.concatenate([h, earlier.pop() as Arr], -1));
    const [mixed, weights] = attention(p, block, rmsNorm(h.ref), heads);
    look?.(weights);
    h = h.add(mixed);
    h = h.add(linear(p, `${block}.mlp.1`, squaredReluLinear(p, `${block}.mlp.0`, rmsNorm(h.ref))));
    if (i < depth / 2) earlier.push(h.ref);
  }
  const [, seen] = np.split(h, [tokens - grid * grid], 1) as Arr[];
  const last = withNeighbours(p, "near.last", rmsNorm(seen.reshape([n, grid * grid, width])), grid);
  return fromPatches(linear(p, `${own}.out`, last), grid);
}
