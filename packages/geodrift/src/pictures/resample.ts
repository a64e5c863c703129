/**
 * Bicubic resizing with antialiasing, exactly as Pillow's `Image.resize(…, BICUBIC)` computes it: two passes, weights in
 * fixed point, 8 bits in between. Encoders were trained on pictures made by it, and libvips, whose large reductions begin
 * with a box, differs from it by several grey levels.
 */
import type { Picture } from "./picture.js";

/** A part of a picture, in pixels from its upper left corner. */
export interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Bits behind the point of a weight; 8 for the pixel and 2 to spare are left of 32. */
const fraction = 22;

/** Keys' cubic convolution kernel (1981) with a = −1/2. */
function cubic(x: number): number {
  const t = Math.abs(x);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}

interface Weights {
  /** First pixel of every output pixel. */
  first: Int32Array;
  /** How many from there. */
  count: Int32Array;
  /** `most` for each, in fixed point. */
  values: Int32Array;
  most: number;
}

/** Weights for the output pixels `from` … `from + n − 1` of `to`, by which `length` pixels are resized. */
function weightsFor(length: number, to: number, from: number, n: number): Weights {
  const scale = length / to;
  const wide = Math.max(1, scale);
  const support = 2 * wide;
  const most = 2 * Math.ceil(support) + 1;
  const [first, count, values] = [new Int32Array(n), new Int32Array(n), new Int32Array(n * most)];
  for (let i = 0; i < n; i++) {
    const centre = (from + i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - support + 0.5));
    const high = Math.min(length, Math.trunc(centre + support + 0.5));
    const raw = Array.from({ length: high - low }, (_, k) => cubic((k + low - centre + 0.5) * (1 / wide)));
    const sum = raw.reduce((a, b) => a + b, 0);
    raw.forEach((w, k) => {
      const fixed = (w / sum) * 2 ** fraction;
      values[i * most + k] = Math.trunc(fixed + (fixed < 0 ? -0.5 : 0.5));
    });
    first[i] = low;
    count[i] = high - low;
  }
  return { first, count, values, most };
}

const clamp = (x: number): number => (x < 0 ? 0 : x > 255 ? 255 : x);

/**
 * Resizes the rectangle `crop` of a picture to `to`, and returns the rectangle `window` of the result; all in pixels.
 * @param picture [height, width, 3]
 * @param crop inside the picture
 * @param to size that all of `crop` is resized to
 * @param window inside `to`
 * @returns [window.height, window.width, 3]
 */
export function resizeBicubic(
  { width, data }: Picture,
  crop: Rectangle,
  to: { width: number; height: number },
  window: Rectangle,
): Picture {
  const across = weightsFor(crop.width, to.width, window.left, window.width);
  const down = weightsFor(crop.height, to.height, window.top, window.height);
  const last = window.height - 1;
  const [top, bottom] = [down.first[0], down.first[last] + down.count[last]];
  const half = 1 << (fraction - 1);
  const rows = new Uint8Array((bottom - top) * window.width * 3);
  for (let y = top; y < bottom; y++) {
    const start = ((crop.top + y) * width + crop.left) * 3;
    for (let x = 0; x < window.width; x++) {
      let [r, g, b] = [half, half, half];
      let at = start + 3 * across.first[x];
      for (let k = x * across.most, end = k + across.count[x]; k < end; k++, at += 3) {
        const w = across.values[k];
        r += data[at] * w;
        g += data[at + 1] * w;
        b += data[at + 2] * w;
      }
      const out = ((y - top) * window.width + x) * 3;
      rows[out] = clamp(r >> fraction);
      rows[out + 1] = clamp(g >> fraction);
      rows[out + 2] = clamp(b >> fraction);
    }
  }
  const stride = window.width * 3;
  const out = new Uint8Array(window.height * stride);
  for (let y = 0; y < window.height; y++)
    for (let x = 0; x < stride; x++) {
      let sum = half;
      for (let k = 0; k < down.count[y]; k++)
        sum += rows[(down.first[y] - top + k) * stride + x] * down.values[y * down.most + k];
      out[y * stride + x] = clamp(sum >> fraction);
    }
  return { width: window.width, height: window.height, data: out };
}
