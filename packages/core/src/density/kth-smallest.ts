/** The k-th smallest (from 1) of numbers that come one by one: for small k, sooner than sorting them. */
export class KthSmallest {
  readonly #smallest: Float64Array;

  /**
   * @param k rank, 1 or more
   */
  constructor(k: number) {
    this.#smallest = new Float64Array(k).fill(Number.POSITIVE_INFINITY);
  }

  /** Forgets all numbers. */
  reset(): void {
    this.#smallest.fill(Number.POSITIVE_INFINITY);
  }

  /** Takes one more number in; NaN is passed over. */
  add(x: number): void {
    const s = this.#smallest;
    let at = s.length - 1;
    if (!(x < s[at])) return;
    for (; at > 0 && s[at - 1] > x; at--) s[at] = s[at - 1];
    s[at] = x;
  }

  /** The k-th smallest so far; infinite for fewer than k numbers. */
  get value(): number {
    return this.#smallest[this.#smallest.length - 1];
  }
}
