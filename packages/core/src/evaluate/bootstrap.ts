import { Generator } from "../random/generator.js";

/** A confidence interval, in the units of its statistic. */
export interface Interval {
  /** Lower end. */
  low: number;
  /** Upper end. */
  high: number;
}

/** How intervals are estimated. */
interface BootstrapOptions {
  /** Resamples; 1000 if left out. */
  rounds?: number;
  /** Coverage of the interval, 0 … 1; 0.95 if left out. */
  level?: number;
  /** Of the draws; 0 if left out. */
  seed?: number;
}

/**
 * Percentile bootstrap (Efron 1979): confidence intervals of statistics of examples, by drawing as many examples again
 * with replacement.
 * @param n number of examples
 * @param statistics of a set of example indices, with repetitions: as many each time; NaN where one is undefined
 * @returns an interval for each statistic
 */
export function bootstrapAll(
  n: number,
  statistics: (indices: Uint32Array) => readonly number[],
  { rounds = 1000, level = 0.95, seed = 0 }: BootstrapOptions = {},
): Interval[] {
  const random = new Generator(seed);
  const drawn = Array.from({ length: rounds }, () =>
    statistics(Uint32Array.from({ length: n }, () => random.integer(n))),
  );
  return drawn[0].map((_, s) => {
    // A statistic may have nothing to say of some draws.
    const sorted = Float64Array.from(drawn, (values) => values[s])
      .filter((x) => !Number.isNaN(x))
      .sort();
    const last = sorted.length - 1;
    const at = (q: number) => sorted[Math.min(last, Math.max(0, Math.round(q * last)))];
    return { low: at((1 - level) / 2), high: at((1 + level) / 2) };
  });
}

/** The percentile bootstrap of one statistic; see `bootstrapAll`. */
export const bootstrap = (
  n: number,
  statistic: (indices: Uint32Array) => number,
  options?: BootstrapOptions,
): Interval => bootstrapAll(n, (indices) => [statistic(indices)], options)[0];
