/**
 * Layers as functions of traced arrays. jax-js frees an array when it is used; `.ref` keeps it for one more use. Traced
 * arrays hold no memory, so these functions take `.ref` wherever an operand might be used again.
 */
import { lax, nn, numpy as np } from "@jax-js/jax";
import type { Traced } from "./parameters.js";

type Arr = np.Array;

/** x·Wᵀ + b for x [..., in], weight [out, in], as PyTorch stores it. */
export function linear(p: Traced, name: string, x: Arr): Arr {
  return np.matmul(x, np.transpose(p[`${name}.weight`].ref)).add(p[`${name}.bias`].ref);
}

/** 2-D convolution of [n, in, h, w] with weight [out, in, k, k] and bias [out]. */
export function conv(p: Traced, name: string, x: Arr, { stride = 1, padding = 0 } = {}): Arr {
  const weight = p[`${name}.weight`].ref;
  const pads: [number, number][] = [
    [padding, padding],
    [padding, padding],
  ];
  const y = lax.convGeneralDilated(x, weight, [stride, stride], pads) as Arr;
  return y.add(p[`${name}.bias`].ref.reshape([1, -1, 1, 1]));
}

/** (x − mean) / √(variance + eps) over the given axes; biased variance, no affine part. */
export function standardize(x: Arr, axes: number[], eps: number): Arr {
  const centred = x.ref.sub(np.mean(x.ref, axes, { keepdims: true }));
  const variance = np.mean(centred.ref.mul(centred.ref), axes, { keepdims: true });
  return centred.ref.mul(np.reciprocal(np.sqrt(variance.add(eps))));
}

/** Layer normalisation over the last axis without an affine part, eps 1e-5 (PyTorch's default). */
export const layerNorm = (x: Arr): Arr => standardize(x, [-1], 1e-5);

export const silu = (x: Arr): Arr => x.ref.mul(nn.sigmoid(x.ref));

/** x Φ(x), with the error function (not the tanh approximation). */
export const gelu = (x: Arr): Arr =>
  x.ref.mul(0.5).mul(lax.erf(x.ref.mul(Math.SQRT1_2)).add(1));

export const relu = (x: Arr): Arr => np.maximum(x, 0);
