import { GeodriftError } from "../errors/geodrift-error.js";
import type { DensityOptions, Locator } from "./locator.js";

/** Localizability of a picture, as estimated from samples. */
export interface Localizability {
  /** ∫ p log₂ p dA over the unit sphere, bits: −3.65 for “anywhere”. */
  bits: number;
  /** Standard error of the Monte-Carlo mean, bits: the densities themselves are exact. */
  standardError: number;
}

/**
 * How much an image says of its place (Dufour et al., “Around the World in 80 Timesteps”, arXiv 2412.06781, section 3.3):
 * the negative entropy of its distribution p, as the mean of log₂ p over samples of p. (The released code divides by 4π
 * besides.)
 * @param embedding of one image, [width]
 * @param n samples, two or more
 * @throws GeodriftError `model` if the method has no density
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
