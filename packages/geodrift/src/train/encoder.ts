/**
 * Trains the image encoder: pictures in, and from their embedding the probability of land cells (cross-entropy against
 * a von Mises–Fisher kernel around the true place, so that neighbouring cells share the credit) and random Fourier
 * features of the place (squared error, so that the embedding is linear in where things might be).
 */
import { tensor } from "@geodrift/compile";
import {
  convolutional,
  earthRadiusKm,
  fibonacciSphere,
  fourierFeatures,
  Generator,
  initConvolutional,
  linear,
  type Objective,
  placeFeatures,
  toLatLng,
  uniformInit,
  type Vec3,
  zeros,
} from "@geodrift/core";
import { nn, numpy as np } from "@jax-js/jax";
import type { Mask } from "../earth/raster.js";
import type { ViewBatch } from "./batches/view-batches.js";
import type { EncoderTraining } from "./config.js";

/**
 * Centres of the classes: points of the Fibonacci sphere with land within about 100 km, as unit vectors.
 * @param n points of the whole sphere
 * @param land share of land times 255
 */
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

/**
 * The training objective of the encoder: cross-entropy of the cells, in nats, plus the weighted mean squared error of the
 * Fourier features of the place. Metrics: `crossEntropy` and `featureError`.
 * @param cells unit vectors of the classes
 */
export function encoderObjective(config: EncoderTraining, cells: readonly Vec3[]): Objective<ViewBatch> {
  const kappa = (earthRadiusKm / config.targetKm) ** 2;
  const { size } = config.encoder;
  const centres = tensor(Float32Array.from(cells.flat()), [cells.length, 3]);
  const { frequencies, phases } = placeFeatures(config.features, new Generator(config.views.seed, 2));
  return {
    init(random) {
      const width = config.encoder.embedding;
      return {
        ...initConvolutional(config.encoder, random),
        "cells.weight": uniformInit(random, [cells.length, width], width),
        "cells.bias": zeros([cells.length]),
        "features.weight": uniformInit(random, [config.features, width], width),
        "features.bias": zeros([config.features]),
      };
    },
    learned: () => true,
    inputs: (batch) => ({
      pixels: tensor(batch.pixels, [config.batch, 3, size, size]),
      places: tensor(batch.places, [config.batch, 3]),
      centres,
      frequencies,
      phases,
    }),
    loss(p, { pixels, places, centres, frequencies, phases }) {
      const h = convolutional(config.encoder, p, pixels);
      const logits = linear(p, "cells", h.ref);
      const target = nn.softmax(np.matmul(places.ref, np.transpose(centres)).sub(1).mul(kappa));
      const crossEntropy = np.mean(nn.logsumexp(logits.ref, -1).sub(target.mul(logits).sum(-1)));
      const feature = fourierFeatures(places, frequencies, phases);
      const error = linear(p, "features", h).sub(feature);
      const featureError = np.mean(error.ref.mul(error));
      const loss = crossEntropy.ref.add(featureError.ref.mul(config.featureWeight));
      return { loss, metrics: { crossEntropy, featureError } };
    },
  };
}
