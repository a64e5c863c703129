import { GeodriftError } from "../errors/geodrift-error.js";
import type { DensityOptions, Locator } from "./locator.js";

export interface Localizability {
  /** ∫ p log₂ p dA over the unit sphere: −3.65 for anywhere. */
  bits: number;
  /** Of the Monte-Carlo mean: the density itself is exact. */
  standardError: number;
}

/**
 * How much an image says of its place (section 3.3 of the paper): the mean of log₂ p over samples of p. (The released code
 * divides by 4π besides.)
 * @param embedding [width]
 * @param n samples, two or more
 * @throws RangeError if the method has no density
 */
export async function localizability(
  locator: Locator,
  embedding: Float32Array,
  n: number,
  { seed, ...options }: DensityOptions & { seed: number },
): Promise<Localizability> {
  if (!locator.logProb) throw new GeodriftError("model", "localizability: the method has no density");
  const points = await locator.sample(embedding, n, { seed, guidance: options.guidance });
  const bits = (await locator.logProb(embedding, points, options)).map((nats) => nats / Math.LN2);
  const mean = bits.reduce((a, b) => a + b, 0) / n;
  const variance = bits.reduce((sum, b) => sum + (b - mean) ** 2, 0) / (n - 1);
  return { bits: mean, standardError: Math.sqrt(variance / n) };
}
