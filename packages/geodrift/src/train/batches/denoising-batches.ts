/** Batches for the training of image models: pictures with what they are told, noise and times, made in a worker thread. */
import { tensor } from "@geodrift/compile";
import {
  closedVocabulary,
  type DenoisingBatch,
  type DenoisingOptions,
  drawConditionMask,
  drawGamma,
  emptyLookup,
  type FeatureGridConfig,
  Generator,
  type GridLookup,
  groundEncodingInto,
  groundOctaves,
  lookupInto,
  lookupTensors,
  placeEncodingInto,
  placeEncodingWidth,
  type VocabularyConfig,
} from "@geodrift/core";
import { type CaptionedViewsOptions, drawCaptionedInto, type EarthSource } from "../../earth/captioned-views.js";

/** Pictures of one size: which share of the batches has it, and how its times are drawn. */
export interface SizeShare {
  /** Pixels along a side. */
  size: number;
  /** Relative share of the batches. */
  share: number;
  /** Mean and standard deviation of the logit of γ. */
  logit: DenoisingOptions["logit"];
}

/** What the worker thread makes batches of denoising from. */
export interface DenoisingWork {
  source: EarthSource;
  views: CaptionedViewsOptions;
  vocabulary: VocabularyConfig;
  /** Octaves of the place encoding. */
  octaves: number;
  /** Patches along a side of a picture. */
  grid: number;
  /** Levels of the learned map of places. */
  map: FeatureGridConfig;
  /** Sizes of pictures and their shares of the batches. */
  sizes: readonly SizeShare[];
  /** Shares of examples whose conditions are dropped. */
  dropped: DenoisingOptions["dropped"];
  seed: number;
}

/** Arrays of `DenoisingBatch`; every picture of a batch has the same size. */
export interface DenoisingBatchData {
  /** Pixels along a side. */
  size: number;
  /** Pictures, [n, 3, size, size] in −1 … 1. */
  pixels: Float32Array;
  /** Standard normal, [n, 3, size, size]. */
  noise: Float32Array;
  /** γ, [n]; 1 is data. */
  gamma: Float32Array;
  /** Encoded widths of the scenes, [n, 2·groundOctaves]. */
  ground: Float32Array;
  /** Tokens of the captions, [n, tokens]. */
  words: Int32Array;
  /** Encoded places, [n, 2, 2·octaves], or angles, [n, 1, 2·octaves]. */
  control: Float32Array;
  /** Where on the map the patches lie; empty without a map. */
  reading: GridLookup;
  /** Whether words, and whether the place or the angle, are told: 0 or 1, [n, 2]. */
  mask: Float32Array;
}

/** Streams of a training's seed. */
export const stream = { size: 1, example: 2 };

/**
 * A batch as the tensors of `denoisingObjective`.
 * @param work the text encoder's tokens, tokens of the control, and the network's grid and map
 */
export function denoisingTensors(
  { size, ...a }: DenoisingBatchData,
  work: { words: number; control: number; grid: number; map: FeatureGridConfig },
): DenoisingBatch {
  const n = a.gamma.length;
  const square = [n, 3, size, size];
  return {
    pixels: tensor(a.pixels, square),
    noise: tensor(a.noise, square),
    gamma: tensor(a.gamma, [n]),
    ground: tensor(a.ground, [n, a.ground.length / n]),
    words: tensor(a.words, [n, work.words], "int32"),
    control: tensor(a.control, [n, work.control, a.control.length / n / work.control]),
    ...lookupTensors(a.reading, n, work),
    mask: tensor(a.mask, [n, 2]),
  };
}

/** Makes the examples `from` … `from + count − 1`, all of one size, which is drawn by `from`. */
export function denoisingBatch(work: DenoisingWork, from: number, count: number): DenoisingBatchData {
  const { sizes, octaves, seed } = work;
  const { size, logit } = pickSize(sizes, new Generator(seed, stream.size, from).uniform());
  const text = closedVocabulary(work.vocabulary);
  const [area, encoding] = [size * size, 2 * placeEncodingWidth(octaves)];
  const rgba = new Uint8Array(4 * area);
  const out: DenoisingBatchData = {
    size,
    pixels: new Float32Array(count * 3 * area),
    noise: new Float32Array(count * 3 * area),
    gamma: new Float32Array(count),
    ground: new Float32Array(count * 2 * groundOctaves),
    words: new Int32Array(count * text.tokens),
    control: new Float32Array(count * encoding),
    reading: emptyLookup(count, work),
    mask: new Float32Array(2 * count),
  };
  for (let i = 0; i < count; i++) {
    const { view, caption } = drawCaptionedInto(rgba, work.source, work.views, from + i, size);
    const random = new Generator(seed, stream.example, from + i);
    signedPlanesInto(out.pixels, 3 * area * i, rgba, area);
    out.noise.set(random.normals(3 * area), 3 * area * i);
    out.gamma[i] = drawGamma(random, logit);
    out.mask.set(drawConditionMask(random, work.dropped), 2 * i);
    out.words.set(text.prepare([caption]).data as Int32Array, i * text.tokens);
    placeEncodingInto(out.control, i * encoding, view.place, octaves);
    lookupInto(out.reading, i, view.place, view.widthKm, work);
    groundEncodingInto(out.ground, i * 2 * groundOctaves, view.widthKm);
  }
  return out;
}

/**
 * RGBA bytes to planes in −1 … 1.
 * @param offset index in `out` of the first number of the picture's [3, area]
 * @param area pixels of the picture
 */
export function signedPlanesInto(out: Float32Array, offset: number, rgba: Uint8Array, area: number): void {
  for (let c = 0; c < 3; c++) for (let i = 0; i < area; i++) out[offset + c * area + i] = rgba[4 * i + c] / 127.5 - 1;
}

/** Draws the size of a batch by the sizes' shares. @param u uniform, 0…1 */
export function pickSize(sizes: readonly SizeShare[], u: number): SizeShare {
  let left = u * sizes.reduce((sum, { share }) => sum + share, 0);
  for (const size of sizes) {
    if (left < size.share) return size;
    left -= size.share;
  }
  return sizes[sizes.length - 1];
}
