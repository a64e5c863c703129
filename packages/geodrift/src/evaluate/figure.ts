import { bootstrapAll, type Interval } from "@geodrift/core";

/** A number, and how far it might be off for having been measured on these examples alone. */
export interface Figure {
  value: number;
  /** 95 % by the bootstrap over examples. */
  interval: Interval;
}

const rounds = 200;

/** @param statistics of a set of example numbers, by name */
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

/** Mean over the examples drawn; those without a number are left out. */
export function meanOf(values: ArrayLike<number>, indices: Uint32Array): number {
  let [sum, count] = [0, 0];
  for (const i of indices) {
    if (Number.isNaN(values[i])) continue;
    sum += values[i];
    count++;
  }
  return sum / count;
}

export const meanFigure = (values: ArrayLike<number>): Figure =>
  figures(values.length, (indices) => ({ mean: meanOf(values, indices) })).mean;
