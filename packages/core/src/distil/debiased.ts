/**
 * Debiased score distillation (Hong, Ahn, Kim 2023, D-SDS): the residual of the noise is held within a bound that widens, so that no single
 * view decides early what a landmark's front is.
 */

/** The bound in the beginning and in the end, of the noise. */
const [narrow, wide] = [0.5, 2];

/**
 * The greatest |x − x̂| that counts, of a picture in −1 … 1: the bound on the noise, times (1−γ) / γ.
 * @param progress share of the steps done, 0 … 1
 */
export const debiasedBound = (progress: number, gamma: number): number =>
  ((narrow + (wide - narrow) * progress) * (1 - gamma)) / gamma;
