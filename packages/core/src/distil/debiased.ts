/**
 * Debiased score distillation (Hong, Ahn, Kim 2023, D-SDS): the residual is held within a bound that widens, so that no single view decides
 * early what a landmark's front is. Published on the residual of the noise, whose factor γ/(1−γ) makes it small where levels are noisy: with
 * levels that begin there the same bound would bind late instead of early, so it is on the picture's.
 */

/** The bound in the beginning and in the end. */
const [narrow, wide] = [0.5, 2];

/** The greatest |x − x̂| that counts, of pictures in −1 … 1. @param progress share of the steps done, 0 … 1 */
export const debiasedBound = (progress: number): number => narrow + (wide - narrow) * progress;
