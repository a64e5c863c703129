import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KthSmallest } from "./kth-smallest.js";
import { logSumExp } from "./log-sum-exp.js";

const number = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer({ min: -3, max: 3 }), // ties
  fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);

describe("the k-th smallest", () => {
  it("is that of the sorted numbers, ties counted, after every one of them", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(number, { maxLength: 30 }), (k, xs) => {
        const nearest = new KthSmallest(k);
        xs.forEach((x, i) => {
          nearest.add(x);
          const sorted = xs.slice(0, i + 1).sort((a, b) => a - b || 0);
          expect(nearest.value === (sorted[k - 1] ?? Number.POSITIVE_INFINITY)).toBe(true);
        });
      }),
    );
  });
  it("does not depend on the order", () => {
    const cases = fc
      .array(number, { minLength: 1, maxLength: 12 })
      .chain((xs) => fc.tuple(fc.constant(xs), fc.shuffledSubarray(xs, { minLength: xs.length })));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), cases, (k, [xs, shuffled]) => {
        const [a, b] = [new KthSmallest(k), new KthSmallest(k)];
        for (const x of xs) a.add(x);
        for (const x of shuffled) b.add(x);
        expect(a.value === b.value).toBe(true);
      }),
    );
  });
  it("passes over what is no number, and forgets when it is told to", () => {
    const nearest = new KthSmallest(2);
    for (const x of [3, Number.NaN, 1, Number.NaN]) nearest.add(x);
    expect(nearest.value).toBe(3);
    nearest.reset();
    expect(nearest.value).toBe(Number.POSITIVE_INFINITY);
    nearest.add(9);
    expect(nearest.value).toBe(Number.POSITIVE_INFINITY);
    nearest.add(5);
    expect(nearest.value).toBe(9);
  });
});

describe("log Σ exp", () => {
  const logs = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 20 });
  it("is the naive sum where that does not overflow", () => {
    fc.assert(
      fc.property(logs, (xs) => {
        expect(logSumExp(xs)).toBeCloseTo(Math.log(xs.reduce((s, x) => s + Math.exp(x), 0)), 11);
      }),
    );
  });
  it("moves with a common shift, far beyond the range of exp", () => {
    fc.assert(
      fc.property(logs, fc.constantFrom(-1e4, -800, 800, 1e4), (xs, shift) => {
        expect(logSumExp(xs.map((x) => x + shift)) - shift).toBeCloseTo(logSumExp(xs), 9);
      }),
    );
  });
  it("lies between the greatest term and the greatest plus log n, and n equal terms reach that", () => {
    fc.assert(
      fc.property(logs, (xs) => {
        const top = Math.max(...xs);
        expect(logSumExp(xs)).toBeGreaterThanOrEqual(top);
        expect(logSumExp(xs)).toBeLessThanOrEqual(top + Math.log(xs.length) + 1e-12);
        expect(logSumExp(xs.map(() => top))).toBeCloseTo(top + Math.log(xs.length), 11);
      }),
    );
  });
  it("knows nothing and everything: −∞ of nothing but −∞, which adds nothing to others", () => {
    const none = Number.NEGATIVE_INFINITY;
    expect(logSumExp([none, none])).toBe(none);
    expect(logSumExp([none, 2, none])).toBe(2);
    expect(logSumExp([1, Number.POSITIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY);
  });
});
