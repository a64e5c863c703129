/**
 * From an encoder's features to an embedding that says where things might be: the probability of land cells, and what a
 * locator can read off linearly: the mean of random Fourier features of the cells (Rahimi & Recht 2007), which is the
 * posterior's characteristic function at many scales, and the same of the sharpened posterior, which is where its peak is.
 */

import { type Tensor, tensor } from "@geodrift/compile";
import { nn, numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";
import { linear } from "./layers.js";
import type { Parameters, Traced } from "./parameters.js";

type Arr = np.Array;

/** Sizes of a place head. */
export interface PlaceHeadConfig {
  /** Number of Fourier features of the posterior. */
  features: number;
  /** Number of Fourier features of the sharpened posterior, beside its mean; at most `features`. */
  sharpFeatures: number;
  /** Factor of the logits (exponent of the probabilities) that sharpens the posterior. */
  sharpness: number;
}

/** Numbers of an embedding: Fourier features, the mean of the sharpened posterior (3), and its Fourier features. */
export const placeWidth = ({ features, sharpFeatures }: PlaceHeadConfig): number => features + 3 + sharpFeatures;

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
    "places.mean": [width],
    "places.scale": [width],
  };
}

/**
 * Random Fourier features (Rahimi & Recht 2007) of a mixture of Gaussian kernels, with length scales of 0.6, 0.2, 0.07
 * and 0.025 radians: from continents to what neighbouring cells can tell apart.
 * @param n number of features
 * @returns frequencies [3, n], and phases [n] in 0…2π radians
 */
export function placeFeatures(n: number, random: Generator): { frequencies: Tensor; phases: Tensor } {
  const scales = [0.6, 0.2, 0.07, 0.025];
  const frequencies = new Float32Array(3 * n);
  for (let i = 0; i < n; i++)
    for (let d = 0; d < 3; d++) frequencies[d * n + i] = random.normal() / scales[i % scales.length];
  const phases = Float32Array.from({ length: n }, () => random.uniform(0, 2 * Math.PI));
  return { frequencies: tensor(frequencies, [3, n]), phases: tensor(phases, [n]) };
}

/**
 * Fourier features cos(x·frequencies + phases).
 * @param x unit vectors [n, 3]
 * @param frequencies [3, features]
 * @param phases [features]
 * @returns [n, features]
 */
export const fourierFeatures = (x: Arr, frequencies: Arr, phases: Arr): Arr =>
  np.cos(np.matmul(x, frequencies).add(phases));

/**
 * The weights with the Fourier features of every cell, `places.cellFeatures` [cells, features]. They do not depend on
 * the picture, so they are computed once, after loading.
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
      out[c * n + i] = Math.cos(phase);
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
  const logits = linear(p, "places.cells", h);
  const posterior = nn.softmax(logits.ref);
  const sharp = nn.softmax(logits.mul(config.sharpness));
  const features = p["places.cellFeatures"].ref;
  const embedding = np.concatenate(
    [
      np.matmul(posterior, features.ref),
      np.matmul(sharp.ref, p["places.centres"].ref),
      np.matmul(sharp, features.slice([], [0, config.sharpFeatures])),
    ],
    -1,
  );
  return embedding.sub(p["places.mean"].ref).mul(p["places.scale"].ref);
}
