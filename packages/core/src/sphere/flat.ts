/** Geometry on many vectors at once, [n, 3] stored flat. */
import { anyTangent, rotate } from "./geodesic.js";
import { cross, toLatLng, vectorAt } from "./point.js";

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

/**
 * Two orthonormal tangents at every point, right-handed with it.
 * @param x unit vectors [n, 3]
 * @returns the two, each [n, 3]
 */
export function tangentsAt(x: Float64Array): [Float64Array, Float64Array] {
  const [first, second] = [new Float64Array(x.length), new Float64Array(x.length)];
  for (let i = 0; i < x.length; i += 3) {
    const p = vectorAt(x, i / 3);
    const tangent = anyTangent(p);
    first.set(tangent, i);
    second.set(cross(p, tangent), i);
  }
  return [first, second];
}

/** The three axes of R³ at every one of the points [n, 3], each [n, 3]. */
export const axesAt = (x: Float64Array): Float64Array[] =>
  [0, 1, 2].map((axis) => x.map((_, k) => (k % 3 === axis ? 1 : 0)));

/**
 * `turnAll` with its differential: tangent vectors go with the points.
 * @param from unit vectors x [n, 3], and vectors at them, each [n, 3]
 * @param terms weights, and rotation vectors [n, 3] with their own differentials along the vectors, each [n, 3]
 * @returns the turned points R(ω) x, and R(ω) d + (J(ω) dω) × R(ω) x, where J is the left Jacobian of SO(3) (Solà, Deray
 * & Atchuthan 2018, eq. 145)
 */
export function turnAllWith(
  { x, tangents }: { x: Float64Array; tangents: readonly Float64Array[] },
  terms: readonly (readonly [number, { x: Float64Array; tangents: readonly Float64Array[] }])[],
): { x: Float64Array; tangents: Float64Array[] } {
  const to = new Float64Array(x.length);
  const carried = tangents.map(() => new Float64Array(x.length));
  for (let i = 0; i < x.length; i += 3) {
    let [wx, wy, wz] = [0, 0, 0];
    for (const [weight, k] of terms) {
      wx += weight * k.x[i];
      wy += weight * k.x[i + 1];
      wz += weight * k.x[i + 2];
    }
    const angle = Math.hypot(wx, wy, wz);
    // Of cos θ + sin θ/θ [ω]× + (1 − cos θ)/θ² ω ωᵀ, and of the Jacobian; near 0 by their series.
    const small = angle < 1e-3;
    const c = Math.cos(angle);
    const a = small ? 1 - angle ** 2 / 6 : Math.sin(angle) / angle;
    const b = small ? 0.5 - angle ** 2 / 24 : (1 - c) / angle ** 2;
    const e = small ? 1 / 6 - angle ** 2 / 120 : (angle - Math.sin(angle)) / angle ** 3;
    const turn = (out: Float64Array, vx: number, vy: number, vz: number) => {
      const along = b * (wx * vx + wy * vy + wz * vz);
      out[i] = c * vx + a * (wy * vz - wz * vy) + along * wx;
      out[i + 1] = c * vy + a * (wz * vx - wx * vz) + along * wy;
      out[i + 2] = c * vz + a * (wx * vy - wy * vx) + along * wz;
    };
    turn(to, x[i], x[i + 1], x[i + 2]);
    const length = Math.hypot(to[i], to[i + 1], to[i + 2]);
    for (let j = i; j < i + 3; j++) to[j] /= length;
    tangents.forEach((d, t) => {
      let [dx, dy, dz] = [0, 0, 0];
      for (const [weight, k] of terms) {
        const own = k.tangents[t];
        dx += weight * own[i];
        dy += weight * own[i + 1];
        dz += weight * own[i + 2];
      }
      const along = e * (wx * dx + wy * dy + wz * dz);
      const jx = a * dx + b * (wy * dz - wz * dy) + along * wx;
      const jy = a * dy + b * (wz * dx - wx * dz) + along * wy;
      const jz = a * dz + b * (wx * dy - wy * dx) + along * wz;
      const out = carried[t];
      turn(out, d[i], d[i + 1], d[i + 2]);
      out[i] += jy * to[i + 2] - jz * to[i + 1];
      out[i + 1] += jz * to[i] - jx * to[i + 2];
      out[i + 2] += jx * to[i + 1] - jy * to[i];
    });
  }
  return { x: to, tangents: carried };
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
