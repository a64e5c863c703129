/** Geometry on many vectors at once, [n, 3] stored flat. */
import { rotate } from "./geodesic.js";
import { toLatLng, vectorAt } from "./point.js";

/** Row-wise cross products. */
export function crossAll(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < out.length; i += 3) {
    out[i] = a[i + 1] * b[i + 2] - a[i + 2] * b[i + 1];
    out[i + 1] = a[i + 2] * b[i] - a[i] * b[i + 2];
    out[i + 2] = a[i] * b[i + 1] - a[i + 1] * b[i];
  }
  return out;
}

/** Every unit vector turned about its own axis: the weighted sum of rotation vectors. */
export function turnAll(x: Float64Array, terms: readonly (readonly [number, Float64Array])[]): Float64Array {
  const out = new Float64Array(x.length);
  for (let i = 0; i < x.length; i += 3) {
    const w: [number, number, number] = [0, 0, 0];
    for (const [weight, k] of terms) {
      w[0] += weight * k[i];
      w[1] += weight * k[i + 1];
      w[2] += weight * k[i + 2];
    }
    out.set(rotate(vectorAt(x, i / 3), w), i);
  }
  return out;
}

/** Rows scaled to length 1, in place. */
export function normalizeAll<T extends Float32Array | Float64Array>(x: T): T {
  for (let i = 0; i < x.length; i += 3) {
    const n = Math.hypot(x[i], x[i + 1], x[i + 2]);
    x[i] /= n;
    x[i + 1] /= n;
    x[i + 2] /= n;
  }
  return x;
}

/** Unit vectors, or points whose directions count, as degrees: longitude, latitude, longitude, … */
export function flatDegrees(points: ArrayLike<number>): number[] {
  const out: number[] = [];
  for (let i = 0; 3 * i < points.length; i++) {
    const { lat, lng } = toLatLng(vectorAt(points, i));
    out.push(lng, lat);
  }
  return out;
}
