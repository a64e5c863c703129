/**
 * From an encoder's features to an embedding that says where things might be: the probability of land cells, and what a
 * locator can read off linearly: the mean of random Fourier features of the cells (Rahimi & Recht 2007), which is the
 * posterior's characteristic function at many scales, and the same of the sharpened posterior, which is where its peak is.
 * Cells are 160 km apart, and a peak lies between them: where, and how sure that is, is told besides (`place-peak`).
 */

import { tensor } from "@geodrift/compile";
import { nn, numpy as np } from "@jax-js/jax";
import { cosine } from "./cosine.js";
import { linear } from "./layers.js";
import type { Parameters, Traced } from "./parameters.js";
import { type PeakConfig, peakShapes, peakWidth, posteriorPeak } from "./place-peak.js";

type Arr = np.Array;

/** Sizes of a place head. */
export interface PlaceHeadConfig {
  /** Number of Fourier features of the posterior. */
  features: number;
  /** Number of Fourier features of the sharpened posterior, beside its mean; at most `features`. */
  sharpFeatures: number;
  /** Factor of the logits (exponent of the probabilities) that sharpens the posterior. */
  sharpness: number;
  /** What is told of the posterior's peak besides; absent in models of 0.2 and before. */
  peak?: PeakConfig;
}

/** Where in an embedding the centre of the posterior's peak stands, a unit vector that is not standardised. */
export const peakColumn = ({ features, sharpFeatures }: PlaceHeadConfig): number => features + 3 + sharpFeatures;

/** Numbers of an embedding: Fourier features, the mean of the sharpened posterior (3), its Fourier features, and the peak. */
export const placeWidth = (config: PlaceHeadConfig): number =>
  peakColumn(config) + (config.peak ? peakWidth(config.peak) : 0);

/**
 * Names and shapes of every stored weight and buffer.
 * @param into numbers of the encoder's features
 * @param cells land cells
 */
export function placeHeadShapes(config: PlaceHeadConfig, into: number, cells: number): Record<string, number[]> {
  const width = placeWidth(config);
  return {
    "places.cells.weight": [cells, into],
    "places.cells.bias": [cells],
    "places.centres": [cells, 3],
    "places.frequencies": [3, config.features],
    "places.phases": [config.features],
    ...(config.peak && peakShapes(config.peak, into)),
    "places.mean": [width],
    "places.scale": [width],
  };
}

/**
 * The weights with the Fourier features of every cell, `places.cellFeatures` [cells, features]. They do not depend on
 * the picture, so they are computed once, after loading: two million, which is part of every start.
 */
export function withCellFeatures(p: Parameters): Parameters {
  const centres = p["places.centres"];
  const frequencies = p["places.frequencies"];
  const phases = p["places.phases"];
  const [cells, n] = [centres.dims[0], phases.dims[0]];
  const [x, w, b] = [centres, frequencies, phases].map((t) => t.data as Float32Array);
  const out = new Float32Array(cells * n);
  for (let c = 0; c < cells; c++)
    for (let i = 0; i < n; i++) {
      const phase = b[i] + x[3 * c] * w[i] + x[3 * c + 1] * w[n + i] + x[3 * c + 2] * w[2 * n + i];
      out[c * n + i] = cosine(phase);
    }
  return { ...p, "places.cellFeatures": tensor(out, [cells, n]) };
}

/**
 * The place head: an encoder's features to an embedding.
 * @param p with `places.cellFeatures` (`withCellFeatures`)
 * @param h features of the encoder, [n, into]
 * @returns embeddings [n, placeWidth], standardised by `places.mean` and `places.scale`
 */
export function placeHead(config: PlaceHeadConfig, p: Traced, h: Arr): Arr {
  const logits = linear(p, "places.cells", h.ref);
  const posterior = nn.softmax(logits.ref);
  const sharp = nn.softmax(logits.mul(config.sharpness));
  const features = p["places.cellFeatures"].ref;
  const parts = [
    np.matmul(posterior.ref, features.ref),
    np.matmul(sharp.ref, p["places.centres"].ref),
    np.matmul(sharp, features.slice([], [0, config.sharpFeatures])),
  ];
  const peak = config.peak ? posteriorPeak(config.peak, p, h, posterior) : [];
  const embedding = np.concatenate([...parts, ...peak], -1);
  return embedding.sub(p["places.mean"].ref).mul(p["places.scale"].ref);
}
