/**
 * Layers as functions of traced arrays. jax-js frees an array when it is used; `.ref` keeps it for one more use. Traced
 * arrays hold no memory, so these functions take `.ref` wherever an operand might be used again.
 */
import { lax, nn, numpy as np } from "@jax-js/jax";
import type { Traced } from "./parameters.js";

type Arr = np.Array;

/** A scalar in the precision of `x`. (A bare number is rounded to single precision by jax-js.) */
export const constant = (x: Arr, value: number): Arr => np.array(value, { dtype: x.dtype });

/** Mean over the given axes, which stay with size 1; negative axes count from the end. */
export function mean(x: Arr, axes: readonly number[]): Arr {
  const n = axes.reduce((k, a) => k * (x.shape.at(a) as number), 1);
  return x.ref.sum([...axes], { keepdims: true }).mul(constant(x, 1 / n));
}

/** Linear layer x·Wᵀ + b: [..., in] to [..., out], with `name.weight` [out, in] and `name.bias` [out], as PyTorch stores them. */
export function linear(p: Traced, name: string, x: Arr): Arr {
  return np.matmul(x, np.transpose(p[`${name}.weight`].ref)).add(p[`${name}.bias`].ref);
}

/**
 * 2-D convolution (cross-correlation, as PyTorch's) of [n, in, h, w] with `name.weight` [out, in, k, k] and `name.bias`
 * [out].
 * @param options stride, and rows and columns of zeros on every side (`padding`), both in pixels
 * @returns [n, out, h′, w′], h′ = ⌊(h + 2·padding − k) / stride⌋ + 1
 */
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
  const centred = x.ref.sub(mean(x, axes));
  const variance = mean(centred.ref.mul(centred.ref), axes);
  return centred.ref.mul(np.reciprocal(np.sqrt(variance.ref.add(constant(variance, eps)))));
}

/** Layer normalisation over the last axis without an affine part, eps 1e-5 (PyTorch's default). */
export const layerNorm = (x: Arr): Arr => standardize(x, [-1], 1e-5);

/** Below this the logistic function is taken as flat: there it is e⁻⁸⁰, and from −89 on jax-js's derivative is 0 · ∞ in single precision. */
const flatBelow = -80;

/** The logistic function 1 / (1 + e⁻ˣ), with a finite derivative for all x. */
export const sigmoid = (x: Arr): Arr => nn.sigmoid(np.maximum(x, constant(x, flatBelow)));

/** x σ(x), with the logistic function σ (also called swish). */
export const silu = (x: Arr): Arr => x.ref.mul(sigmoid(x.ref));

/** The normal distribution function Φ. */
const normalDistribution = (x: Arr): Arr =>
  lax
    .erf(x.ref.mul(constant(x, Math.SQRT1_2)))
    .add(1)
    .mul(0.5);

/**
 * x Φ(x) (Hendrycks & Gimpel 2016), with the error function (not the tanh approximation). Its derivative, Φ(x) + x φ(x), is
 * written out: every tangent and every gradient is one product with it. Second derivatives are not those of GELU: the
 * slope counts as constant.
 */
export function gelu(x: Arr): Arr {
  const still = lax.stopGradient(x.ref) as Arr;
  const value = still.ref.mul(normalDistribution(still.ref));
  const half = still.ref.mul(constant(x, Math.SQRT1_2));
  const density = np.exp(constant(x, -Math.log(2 * Math.PI) / 2).sub(half.ref.mul(half)));
  const slope = normalDistribution(still.ref).add(still.ref.mul(density));
  // x minus itself is nought with the gradient of x: what is compiled leaves it out, and keeps the product of the gradient.
  return value.add(x.sub(still).mul(lax.stopGradient(slope) as Arr));
}

/** log(1 + eˣ), for large x as well: jax-js's own overflows from 89 on in single precision. */
export const softplus = (x: Arr): Arr => np.maximum(x.ref, 0).add(np.log(np.exp(np.absolute(x).mul(-1)).add(1)));

/** max(x, 0). */
export const relu = (x: Arr): Arr => np.maximum(x, 0);

/**
 * Linear layer with squared ReLU (So et al. 2021), relu(x·Wᵀ + b)²: [..., in] to [..., out], in few passes over what is
 * widest. The gradient of a·sg(relu a) is relu a, in one product and without a mask, as it is zero by itself where a
 * is; the 2 that it lacks is put on x, W and b, which are narrow. To the bit the same values and gradients as the plain
 * form, as a factor of 2 rounds nothing.
 */
export function squaredReluLinear(p: Traced, name: string, x: Arr): Arr {
  const twice = (t: Arr): Arr => t.ref.mul(2).sub(lax.stopGradient(t) as Arr);
  const own = Object.fromEntries(["weight", "bias"].map((k) => [`${name}.${k}`, twice(p[`${name}.${k}`].ref)]));
  const a = linear(own, name, twice(x));
  return a.ref.mul(lax.stopGradient(relu(a)) as Arr);
}
