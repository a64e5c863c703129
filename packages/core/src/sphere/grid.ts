import type { Vec3 } from "./point.js";

/**
 * `n` points spread evenly over the sphere by the golden angle (Swinbank & Purser 2006; equal area per point).
 * Neighbours are about sqrt(4π/n) radians apart.
 */
export function fibonacciSphere(n: number): Vec3[] {
  const golden = Math.PI * (3 - Math.sqrt(5));
  return Array.from({ length: n }, (_, i) => {
    const z = 1 - (2 * i + 1) / n;
    const r = Math.sqrt(1 - z * z);
    return [r * Math.cos(golden * i), r * Math.sin(golden * i), z];
  });
}
