/** Many rows in few statements. */

/** Rows that one statement takes. */
const most = 128;

/** Lots of a few sizes alone, powers of two: for each of them a statement is prepared once. */
export function* lots<T>(items: readonly T[]): Generator<T[]> {
  for (let from = 0, size = most; from < items.length; from += size) {
    while (size > items.length - from) size /= 2;
    yield items.slice(from, from + size);
  }
}

/** `?, ?, ?`. */
export const marks = (count: number): string => new Array(count).fill("?").join(", ");
