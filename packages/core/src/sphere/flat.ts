/** Geometry on many vectors at once, [n, 3] stored flat. */
import { rotate } from "./geodesic.js";
import { toLatLng, vectorAt } from "./point.js";

/**
 * Row-wise vector products a × b, [n, 3].
 * @param a [n, 3]
 * @param b [n, 3]
 */
export function crossAll(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < out.length; i += 3) {
    out[i] = a[i + 1] * b[i + 2] - a[i + 2] * b[i + 1];
    out[i + 1] = a[i + 2] * b[i] - a[i] * b[i + 2];
    out[i + 2] = a[i] * b[i + 1] - a[i + 1] * b[i];
  }
  return out;
}

/**
 * Unit vectors, each turned about an axis of its own by the weighted sum of rotation vectors.
 * @param x unit vectors [n, 3]
 * @param terms weights, and rotation vectors [n, 3], whose lengths are angles in radians
 * @returns unit vectors [n, 3]
 */
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

/** Rows of [n, 3] scaled to length 1, in place. */
export function normalizeAll<T extends Float32Array | Float64Array>(x: T): T {
  for (let i = 0; i < x.length; i += 3) {
    const n = Math.hypot(x[i], x[i + 1], x[i + 2]);
    x[i] /= n;
    x[i + 1] /= n;
    x[i + 2] /= n;
  }
  return x;
}

/**
 * Unit vectors, or vectors of any length but 0, as places in degrees, flat.
 * @param points [n, 3]
 * @returns [n, 2], longitude first, as in GeoJSON
 */
export function flatDegrees(points: ArrayLike<number>): number[] {
  const out: number[] = [];
  for (let i = 0; 3 * i < points.length; i++) {
    const { lat, lng } = toLatLng(vectorAt(points, i));
    out.push(lng, lat);
  }
  return out;
}
