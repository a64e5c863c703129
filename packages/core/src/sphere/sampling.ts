import type { Generator } from "../random/generator.js";
import { normalize, type Vec3 } from "./point.js";

/** A random unit vector, uniform on the sphere: a normalised Gaussian (Muller 1959). */
export function uniformPoint(random: Generator): Vec3 {
  return normalize([random.normal(), random.normal(), random.normal()]);
}

/** Independent uniform unit vectors, [n, 3]. */
export function uniformPoints(random: Generator, n: number): Float32Array {
  const out = new Float32Array(3 * n);
  for (let i = 0; i < n; i++) out.set(uniformPoint(random), 3 * i);
  return out;
}
