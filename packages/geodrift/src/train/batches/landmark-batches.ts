/** Batches of photographs of landmarks with what they are told, noise and times, made in a worker thread. */
import {
  angleEncodingInto,
  type DenoisingOptions,
  drawConditionMask,
  drawGamma,
  fillEncodingInto,
  Generator,
  groundOctaves,
  placeEncodingWidth,
} from "@geodrift/core";
import type { PhotoBank } from "../../landmarks/photo-bank.js";
import { type DenoisingBatchData, pickSize, type SizeShare, stream } from "./denoising-batches.js";

/** What the worker thread makes batches from. */
export interface LandmarkWork {
  photographs: PhotoBank;
  /** Pictures that the general model has made of the same words, without an angle: what it knew is not forgotten. */
  preserved?: PhotoBank;
  /** Share of the examples that are of those. */
  preservedShare: number;
  /** Tokens of a caption. */
  tokens: number;
  /** Octaves of the angle. */
  octaves: number;
  sizes: readonly SizeShare[];
  dropped: DenoisingOptions["dropped"];
  seed: number;
}

/** Makes the examples `from` … `from + count − 1`, all of one size, which is drawn by `from`. */
export function landmarkBatch(work: LandmarkWork, from: number, count: number): DenoisingBatchData {
  const { sizes, octaves, tokens, seed, preserved, preservedShare } = work;
  const { size, logit } = pickSize(sizes, new Generator(seed, stream.size, from).uniform());
  const [area, encoding] = [3 * size * size, placeEncodingWidth(octaves)];
  const out: DenoisingBatchData = {
    size,
    pixels: new Float32Array(count * area),
    noise: new Float32Array(count * area),
    gamma: new Float32Array(count),
    ground: new Float32Array(count * 2 * groundOctaves),
    words: new Int32Array(count * tokens),
    control: new Float32Array(count * encoding),
    reading: { points: new Int32Array(0), shares: new Float32Array(0) },
    mask: new Float32Array(2 * count),
  };
  for (let i = 0; i < count; i++) {
    const random = new Generator(seed, stream.example, from + i);
    // So many of every batch, and not each by chance: the two means of the loss have fixed shares.
    const bank = preserved && i < preservedShare * count ? preserved : work.photographs;
    const k = random.integer(bank.n);
    const picture = bank.pixels[size].subarray(area * k, area * (k + 1));
    for (let v = 0; v < area; v++) out.pixels[area * i + v] = picture[v] / 127.5 - 1;
    out.noise.set(random.normals(area), area * i);
    out.gamma[i] = drawGamma(random, logit);
    const [words, angle] = drawConditionMask(random, work.dropped);
    const azimuth = bank.azimuths[k];
    out.mask.set([bank === preserved ? 1 : words, Number.isNaN(azimuth) ? 0 : angle], 2 * i);
    out.words.set(bank.words.subarray(tokens * k, tokens * (k + 1)), tokens * i);
    if (!Number.isNaN(azimuth)) angleEncodingInto(out.control, encoding * i, azimuth, octaves);
    fillEncodingInto(out.ground, 2 * groundOctaves * i, bank.fills[k]);
  }
  return out;
}
