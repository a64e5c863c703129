/** Do regions hold what they promise? From the credible level at which each truth is met. */

/** How well the masses of highest-density regions agree with the share of true places in them. */
export interface Calibration {
  /** Nominal masses of the regions, 0 … 1. */
  levels: number[];
  /** Share of the truths within the region of each mass, 0 … 1. */
  coverage: number[];
  /**
   * Expected calibration error: the mean of |coverage − level| over all levels of 0 … 1; 0 for perfect calibration, at
   * most a half.
   */
  expectedError: number;
}

/** Nominal masses at which coverage is reported. */
export const reliabilityLevels: readonly number[] = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

/**
 * Calibration of distributions, from the credible level at which each truth is met.
 * @param credible for every example, the mass of the smallest highest-density region that holds the truth, 0 … 1: uniform
 * if the distributions are calibrated (Hyndman 1996)
 * @param levels nominal masses, 0 … 1
 * @throws RangeError for no examples
 */
export function calibration(credible: ArrayLike<number>, levels: readonly number[] = reliabilityLevels): Calibration {
  const n = credible.length;
  if (n === 0) throw new RangeError("calibration: at least one example is needed, got none");
  const sorted = Float64Array.from(credible).sort();
  const coverage = levels.map((level) => sorted.filter((c) => c <= level).length / n);
  // ∫ |F(u) − u| du for the empirical F: between neighbouring truths F is constant.
  let expectedError = 0;
  for (let i = 0; i <= n; i++) {
    const [from, to, f] = [i === 0 ? 0 : sorted[i - 1], i === n ? 1 : sorted[i], i / n];
    const area = (a: number, b: number) => (Math.abs(a - f) + Math.abs(b - f)) / 2;
    const cross = Math.min(to, Math.max(from, f));
    expectedError += (cross - from) * area(from, cross) + (to - cross) * area(cross, to);
  }
  return { levels: [...levels], coverage, expectedError };
}
