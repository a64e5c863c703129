import { Generator } from "../random/generator.js";

export interface Interval {
  low: number;
  high: number;
}

/**
 * Percentile bootstrap (Efron 1979) of a statistic of examples: how far it might be off for having seen only these.
 * @param statistic of a set of example numbers, with repetitions
 */
export function bootstrap(
  n: number,
  statistic: (indices: Uint32Array) => number,
  { rounds = 1000, level = 0.95, seed = 0 } = {},
): Interval {
  const random = new Generator(seed);
  const drawn = Float64Array.from({ length: rounds }, () =>
    statistic(Uint32Array.from({ length: n }, () => random.integer(n))),
  ).sort();
  const at = (q: number) => drawn[Math.min(rounds - 1, Math.max(0, Math.round(q * (rounds - 1))))];
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) };
}
