/** The von Mises–Fisher distribution on S², in closed form. */
import type { Generator } from "../random/generator.js";
import { add, anyTangent, combine, scale } from "./geodesic.js";
import { cross, type Vec3 } from "./point.js";

/**
 * The density of a von Mises–Fisher distribution at its mean, in nats per steradian: log of κ / (2π (1 − e^{−2κ}));
 * −log 4π for κ = 0.
 * @param kappa concentration, 0 or more
 */
export const logPeakDensity = (kappa: number): number =>
  kappa === 0 ? -Math.log(4 * Math.PI) : Math.log(kappa / (2 * Math.PI)) - Math.log(-Math.expm1(-2 * kappa));

/**
 * A random unit vector of a von Mises–Fisher distribution, by inverting the distribution function of x·μ (Ulrich 1984
 * has rejection; on S² none is needed).
 * @param mean unit vector μ
 * @param kappa concentration, 0 (uniform) or more
 */
export function sampleVonMisesFisher(mean: Vec3, kappa: number, random: Generator): Vec3 {
  const u = 1 - random.uniform();
  // 1 − x·μ, so that it keeps its digits for sharp distributions.
  const versine = kappa < 1e-9 ? 2 * u : -Math.log1p(u * Math.expm1(-2 * kappa)) / kappa;
  const turn = random.uniform(0, 2 * Math.PI);
  const across = Math.sqrt(Math.max(0, versine * (2 - versine)));
  const e1 = anyTangent(mean);
  const e2 = cross(mean, e1);
  const [c, s] = [across * Math.cos(turn), across * Math.sin(turn)];
  return add(combine(1 - versine, mean, c, e1), scale(e2, s));
}
