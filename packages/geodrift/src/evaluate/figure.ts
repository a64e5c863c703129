import { bootstrapAll, type Interval } from "@geodrift/core";

/** A statistic of the examples, with its confidence interval. */
export interface Figure {
  /** The statistic of all examples. */
  value: number;
  /** 95 % interval by the percentile bootstrap over examples (200 resamples). */
  interval: Interval;
}

const rounds = 200;

/**
 * Statistics of `n` examples as figures, by name.
 * @param statistics of a set of example indices, with repetitions
 */
export function figures<K extends string>(
  n: number,
  statistics: (indices: Uint32Array) => Record<K, number>,
): Record<K, Figure> {
  const all = statistics(Uint32Array.from({ length: n }, (_, i) => i));
  const names = Object.keys(all) as K[];
  const intervals = bootstrapAll(
    n,
    (indices) => {
      const drawn = statistics(indices);
      return names.map((name) => drawn[name]);
    },
    { rounds },
  );
  return Object.fromEntries(names.map((name, i) => [name, { value: all[name], interval: intervals[i] }])) as Record<
    K,
    Figure
  >;
}

/** Mean of the values at the given indices; NaN values are left out, and without any other the mean is NaN. */
export function meanOf(values: ArrayLike<number>, indices: Uint32Array): number {
  let [sum, count] = [0, 0];
  for (const i of indices) {
    if (Number.isNaN(values[i])) continue;
    sum += values[i];
    count++;
  }
  return sum / count;
}

/** The mean of values as a figure; NaN values are left out. */
export const meanFigure = (values: ArrayLike<number>): Figure =>
  figures(values.length, (indices) => ({ mean: meanOf(values, indices) })).mean;
