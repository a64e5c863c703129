/**
 * Trains the image encoder: pictures in, and from their embedding the probability of land cells (cross-entropy against
 * a von Mises–Fisher kernel around the true place, so that neighbouring cells share the credit) and random Fourier
 * features of the place (squared error, so that the embedding is linear in where things might be).
 */
import { compile, type Runtime, type Tensor, tensor } from "@geodrift/compile";
import {
  adamw,
  convolutional,
  earthRadiusKm,
  fibonacciSphere,
  fourierFeatures,
  Generator,
  GeodriftError,
  initConvolutional,
  linear,
  type Moments,
  noughtMoments,
  optimize,
  type Parameters,
  placeFeatures,
  type Traced,
  toLatLng,
  uniformInit,
  type Vec3,
  warmupCosine,
  zeros,
} from "@geodrift/core";
import * as jax from "@jax-js/jax";
import type { Mask, Raster } from "../earth/raster.js";
import { viewBatches } from "./batches/view-batches.js";
import type { EncoderTraining } from "./config.js";

const { numpy: np, nn } = jax;
type Arr = jax.Array;

export interface EncoderState {
  step: number;
  params: Parameters;
  moments: Moments;
}

/** Cell centres with land within about 100 km, as unit vectors. */
export function landCells(n: number, land: Mask): Vec3[] {
  const reach = Math.ceil((land.height / 180) * 0.9);
  return fibonacciSphere(n).filter((v) => {
    const { lat, lng } = toLatLng(v);
    const row = Math.min(land.height - 1, Math.floor(((90 - lat) / 180) * land.height));
    const column = Math.floor(((lng + 180) / 360) * land.width);
    const wide = Math.min(land.width / 2, Math.ceil(reach / Math.max(0.05, Math.cos((lat * Math.PI) / 180))));
    for (let y = Math.max(0, row - reach); y <= Math.min(land.height - 1, row + reach); y++)
      for (let x = column - wide; x <= column + wide; x++)
        if (land.data[y * land.width + ((x + land.width) % land.width)] > 127) return true;
    return false;
  });
}

/** Fresh weights for `cells` classes. */
export function initEncoderState(config: EncoderTraining, cells: number, seed: number): EncoderState {
  const random = new Generator(seed, 1);
  const width = config.encoder.embedding;
  const params: Parameters = {
    ...initConvolutional(config.encoder, random),
    "cells.weight": uniformInit(random, [cells, width], width),
    "cells.bias": zeros([cells]),
    "features.weight": uniformInit(random, [config.features, width], width),
    "features.bias": zeros([config.features]),
  };
  return { step: 0, params, moments: noughtMoments(params) };
}

export interface EncoderMetrics {
  step: number;
  /** Nats. */
  crossEntropy: number;
  featureError: number;
  rate: number;
  viewsPerSecond: number;
}

/** Trains from `state` on; yields after every step with the state replaced in place. */
export async function* trainEncoder(
  state: EncoderState,
  config: EncoderTraining,
  data: { rasters: readonly Raster[]; cells: readonly Vec3[] },
  runtime: Runtime,
): AsyncGenerator<EncoderMetrics> {
  const kappa = (earthRadiusKm / config.targetKm) ** 2;
  const centres = tensor(Float32Array.from(data.cells.flat()), [data.cells.length, 3]);
  const { frequencies, phases } = placeFeatures(config.features, new Generator(config.views.seed, 2));

  const loss = (p: Traced, pixels: Arr, places: Arr, centres: Arr, frequencies: Arr, phases: Arr) => {
    const h = convolutional(config.encoder, p, pixels);
    const logits = linear(p, "cells", h.ref);
    const target = nn.softmax(np.matmul(places.ref, np.transpose(centres)).sub(1).mul(kappa));
    const crossEntropy = np.mean(nn.logsumexp(logits.ref, -1).sub(target.mul(logits).sum(-1)));
    const feature = fourierFeatures(places, frequencies, phases);
    const error = linear(p, "features", h).sub(feature);
    const featureError = np.mean(error.ref.mul(error));
    return [crossEntropy.ref.add(featureError.ref.mul(config.featureWeight)), [crossEntropy, featureError]];
  };
  type Result = [[Tensor, [Tensor, Tensor]], Parameters];
  const gradient = compile<[Parameters, ...Tensor[]], Result>(
    (p: Traced, pixels: Arr, places: Arr, centres: Arr, freq: Arr, ph: Arr) => {
      const f = (q: Traced) => loss(q, pixels, places, centres, freq, ph) as never;
      return jax.valueAndGrad(f, { hasAux: true })(p as never) as never;
    },
    { runtime },
  );
  const rate = warmupCosine(config.rate, config.warmup, config.steps);
  let then = performance.now();
  try {
    for await (const batch of viewBatches(data.rasters, config.views, state.step, config.batch)) {
      const lr = rate(state.step);
      const [[, [crossEntropy, featureError]], gradients] = await gradient(
        state.params,
        tensor(batch.pixels, [config.batch, 3, config.encoder.size, config.encoder.size]),
        tensor(batch.places, [config.batch, 3]),
        centres,
        frequencies,
        phases,
      );
      optimize(adamw, state, gradients, lr, state.step + 1, { weightDecay: config.weightDecay });
      state.step++;
      const value = crossEntropy.data[0] as number;
      if (!Number.isFinite(value))
        throw new GeodriftError("data", `training diverged: the cross-entropy of step ${state.step} is ${value}`);
      const now = performance.now();
      yield {
        step: state.step,
        crossEntropy: value,
        featureError: featureError.data[0] as number,
        rate: lr,
        viewsPerSecond: (1000 * config.batch) / (now - then),
      };
      then = now;
      if (state.step >= config.steps) break;
    }
  } finally {
    await gradient.dispose();
  }
}
