/** Random Fourier features of places. */
import { type Tensor, tensor } from "@geodrift/compile";
import { numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";

type Arr = np.Array;

/** Length scales in radians: from continents to what neighbouring cells can tell apart. */
const placeScales = [0.6, 0.2, 0.07, 0.025];

/**
 * Random Fourier features (Rahimi & Recht 2007) of a mixture of Gaussian kernels.
 * @param n number of features
 * @param scales of the kernels, radians
 * @returns frequencies [3, n], and phases [n] in 0…2π radians
 */
export function placeFeatures(
  n: number,
  random: Generator,
  scales: readonly number[] = placeScales,
): { frequencies: Tensor; phases: Tensor } {
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
