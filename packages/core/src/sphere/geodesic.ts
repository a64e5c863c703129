/** The exponential map of S², its inverse, and the paths between points. Vectors of R³; all in double precision. */
import { angle, cross, dot, normalize, type Vec3 } from "./point.js";

/** a + b. */
export const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
/** s·a. */
export const scale = (a: Vec3, s: number): Vec3 => [a[0] * s, a[1] * s, a[2] * s];
/** The linear combination a·x + b·y. */
export const combine = (a: number, x: Vec3, b: number, y: Vec3): Vec3 => [
  a * x[0] + b * y[0],
  a * x[1] + b * y[1],
  a * x[2] + b * y[2],
];
/** Euclidean length. */
export const norm = (a: Vec3): number => Math.hypot(a[0], a[1], a[2]);

/** sin(x)/x, 1 at 0. */
const sinc = (x: number) => (Math.abs(x) < 1e-8 ? 1 : Math.sin(x) / x);

/** The part of `u` that is tangent to the sphere at the unit vector `x`: u − (x·u)x. */
export const projectTangent = (x: Vec3, u: Vec3): Vec3 => combine(1, u, -dot(x, u), x);

/**
 * The exponential map exp_x(v) of the sphere: the point reached from the unit vector `x` along the great circle in
 * direction `v`, after |v| radians.
 * @param v tangent at `x`
 */
export function expMap(x: Vec3, v: Vec3): Vec3 {
  const d = norm(v);
  return normalize(combine(Math.cos(d), x, sinc(d), v));
}

/**
 * The logarithm log_x(y), inverse of the exponential map: the tangent vector at `x` that leads to `y`, as long as their
 * angle in radians. At the antipode every direction leads there; the one along the axis that `x` is least aligned with
 * is taken.
 * @param x unit vector
 * @param y unit vector
 */
export function logMap(x: Vec3, y: Vec3): Vec3 {
  const d = angle(x, y);
  // u = y − (x·y)x, without cancellation: x × (y × x).
  const u = cross(x, cross(y, x));
  const n = norm(u);
  if (n > 1e-12) return scale(u, d / n);
  if (d < 1) return scale(u, 1);
  return scale(anyTangent(x), d);
}

/** A unit tangent vector at `x`, along the coordinate axis that `x` is least aligned with. */
export function anyTangent(x: Vec3): Vec3 {
  const least = [0, 1, 2].reduce((a, b) => (Math.abs(x[b]) < Math.abs(x[a]) ? b : a));
  const axis: Vec3 = [least === 0 ? 1 : 0, least === 1 ? 1 : 0, least === 2 ? 1 : 0];
  return normalize(projectTangent(x, axis));
}

/**
 * The point at share `s` of the great circle from `a` to `b`, and its derivative by `s`, as long as the angle between
 * them in radians.
 * @param a unit vector
 * @param b unit vector
 * @param s 0 at `a`, 1 at `b`
 */
export function geodesic(a: Vec3, b: Vec3, s: number): { point: Vec3; tangent: Vec3 } {
  const v = logMap(a, b);
  const d = norm(v);
  return {
    point: normalize(combine(Math.cos(s * d), a, s * sinc(s * d), v)),
    tangent: combine(-d * Math.sin(s * d), a, Math.cos(s * d), v),
  };
}

/**
 * The unit vector `x` turned about the axis `w` by |w| radians, counter-clockwise seen from the tip of `w` (Rodrigues'
 * formula).
 */
export function rotate(x: Vec3, w: Vec3): Vec3 {
  const d = norm(w);
  const half = sinc(d / 2);
  return normalize(combine(1, combine(Math.cos(d), x, sinc(d), cross(w, x)), 0.5 * half * half * dot(w, x), w));
}
