/** Functions on triangles whose logarithm is linear between the corners. */
import { ninths } from "../sphere/icosphere.js";
import { cross, dot, type Vec3 } from "../sphere/point.js";

/** (eᵇ − eᵃ) / (b − a), for a ≤ b ≤ 0. */
const slope = (a: number, b: number): number =>
  b - a < 1e-12 ? Math.exp(a) : (Math.exp(b) * -Math.expm1(a - b)) / (b - a);

/**
 * The mean over a flat triangle of exp(l), where l is linear with the given values at the corners: twice the second divided
 * difference of exp. Values may be −∞.
 * @returns the logarithm of the mean
 */
export function logMeanExp(...corners: [number, number, number]): number {
  const [a, b, c] = corners.sort((x, y) => x - y);
  if (c === Number.NEGATIVE_INFINITY) return c;
  const [low, middle] = [a - c, b - c];
  // Near one another the differences lose their digits, and the series has them.
  if (low > -1e-3) {
    const mean = (low + middle) / 3;
    return c + mean + ((low - mean) ** 2 + (middle - mean) ** 2 + mean ** 2) / 24;
  }
  if (low === Number.NEGATIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  return c + Math.log((2 * (slope(middle, 0) - slope(low, middle))) / -low);
}

/** Shares that the ninths of a triangle have of its probability, where the logarithm of the density is linear; one if it is even. */
export function ninthsOf(a: number, b: number, c: number): number[] {
  if (Math.max(a, b, c) - Math.min(a, b, c) < 0.1) return [1];
  const levels = ninths.map(([u, v, w]) => u * a + v * b + w * c);
  const top = Math.max(...levels);
  const weights = levels.map((level) => Math.exp(level - top));
  const sum = weights.reduce((x, y) => x + y, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * The mean of l over a triangle under the density that is proportional to exp(l), less the logarithm of the mean of exp(l): how much
 * more of the probability lies where the density is high than if it were even.
 */
export function gainWithin(a: number, b: number, c: number): number {
  if (Math.max(a, b, c) - Math.min(a, b, c) < 1e-6) return 0;
  const levels = ninths.map(([u, v, w]) => u * a + v * b + w * c);
  // Of the ninths, not of the corners: those may be so far above all ninths that nothing would be left.
  const top = Math.max(...levels);
  let [sum, weighted] = [0, 0];
  for (const level of levels) {
    const l = level - top;
    sum += Math.exp(l);
    weighted += l * Math.exp(l);
  }
  return weighted / sum - Math.log(sum / ninths.length);
}

/**
 * Barycentric shares of a point of the sphere in a triangle, by central projection: they add up to 1, and one of them is below
 * 0 for a point outside.
 */
export function sharesAt([a, b, c]: readonly [Vec3, Vec3, Vec3], x: Vec3): Vec3 {
  const sides: Vec3 = [dot(x, cross(b, c)), dot(x, cross(c, a)), dot(x, cross(a, b))];
  const total = sides[0] + sides[1] + sides[2];
  return [sides[0] / total, sides[1] / total, sides[2] / total];
}
