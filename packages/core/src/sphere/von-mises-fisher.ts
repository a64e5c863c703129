/** The von Mises–Fisher distribution on S², in closed form. */
import type { Generator } from "../random/generator.js";
import { add, anyTangent, combine, scale } from "./geodesic.js";
import { cross, type Vec3 } from "./point.js";

/** log of κ / (2π (1 − e^{−2κ})): the density at the mean, in nats per steradian. */
export const logPeakDensity = (kappa: number): number =>
  kappa === 0 ? -Math.log(4 * Math.PI) : Math.log(kappa / (2 * Math.PI)) - Math.log(-Math.expm1(-2 * kappa));

/** A sample, by inverting the distribution function of x·μ (Ulrich 1984 has rejection; on S² none is needed). */
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
