import { tensor } from "@geodrift/compile";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import { adamw } from "./adamw.js";
import { lamb } from "./lamb.js";
import { clipGradients, type OptimizerOptions, type Update, warmedDecay, zeroMoments } from "./optimizer.js";
import { warmupConstantDecay, warmupCosine } from "./rates.js";

const normals = (seed: number, stream: number, n: number) => Float32Array.from(new Generator(seed, stream).normals(n));
const length = (x: Float32Array) => Math.sqrt(x.reduce((s, v) => s + v * v, 0));

/** Steps of an optimiser over gradients that are given; the weights, moments and average in the end. */
function run(update: Update, weights: Float32Array, gradients: Float32Array[], options: OptimizerOptions, axes = 2) {
  const zero = () => new Float32Array(weights.length);
  const slot = { weights: weights.slice(), first: zero(), second: zero(), average: weights.slice(), axes };
  gradients.forEach((g, i) => {
    update({ ...slot, gradient: g.slice() }, 0.03, i + 1, options);
  });
  return slot;
}

const settings = fc.record({
  betas: fc.tuple(fc.double({ min: 0, max: 0.95, noNaN: true }), fc.double({ min: 0.5, max: 0.999, noNaN: true })),
  eps: fc.constantFrom(1e-8, 1e-3),
  weightDecay: fc.constantFrom(0, 0.05, 1),
  ema: fc.constantFrom(0, 0.9),
});
const cases = fc.record({ seed: fc.integer({ min: 0, max: 1e6 }), n: fc.integer({ min: 1, max: 5 }), settings });

/** As the papers write them: moments as weighted sums over all gradients, nothing in place. */
function slow(
  kind: "adamw" | "lamb",
  weights: Float32Array,
  gs: Float32Array[],
  o: Required<OptimizerOptions>,
  axes: number,
) {
  let w = [...weights];
  let average = [...weights];
  for (let t = 1; t <= gs.length; t++) {
    const mean = (beta: number, i: number, power: number) => {
      let [sum, total] = [0, 0];
      for (let k = 1; k <= t; k++) {
        sum += beta ** (t - k) * gs[k - 1][i] ** power;
        total += beta ** (t - k);
      }
      return sum / total;
    };
    const adam = w.map((_, i) => mean(o.betas[0], i, 1) / (Math.sqrt(mean(o.betas[1], i, 2)) + o.eps));
    const decay = kind === "lamb" || axes > 1 ? o.weightDecay : 0;
    const step = adam.map((a, i) => a + decay * w[i]);
    const trust = kind === "lamb" ? Math.hypot(...w) / Math.hypot(...step) : 1;
    w = w.map((v, i) => v - 0.03 * trust * step[i]);
    average = average.map((a, i) => o.ema * a + (1 - o.ema) * w[i]);
  }
  return { w, average };
}

describe.each([
  ["adamw", adamw],
  ["lamb", lamb],
] as const)("%s", (name, update) => {
  it.each([1, 2])("over five steps is what its paper says, for tensors of %d axes", (axes) => {
    fc.assert(
      fc.property(cases, ({ seed, n, settings: options }) => {
        const weights = normals(seed, 0, n);
        const gradients = [1, 2, 3, 4, 5].map((t) => normals(seed, t, n));
        const got = run(update, weights, gradients, options, axes);
        const want = slow(name, weights, gradients, options, axes);
        want.w.forEach((w, i) => {
          expect(got.weights[i]).toBeCloseTo(w, 5);
          expect(got.average[i]).toBeCloseTo(want.average[i], 5);
        });
      }),
    );
  });
  it("is the same for long tensors and odd ones, whose chunks are many", () => {
    const n = 3 * 8192 + 5;
    const weights = normals(7, 0, n);
    const gradients = [1, 2, 3].map((t) => normals(7, t, n));
    const options = { betas: [0.9, 0.99] as const, eps: 1e-8, weightDecay: 0.05, ema: 0.9 };
    const got = run(update, weights, gradients, options);
    const want = slow(name, weights, gradients, options, 2);
    const furthest = (a: ArrayLike<number>, b: number[]) => b.reduce((d, v, i) => Math.max(d, Math.abs(a[i] - v)), 0);
    expect(furthest(got.weights, want.w)).toBeLessThan(3e-6);
    expect(furthest(got.average, want.average)).toBeLessThan(3e-6);
  });
  it("does not mind how large gradients are, but for ε", () => {
    const [weights, gradients] = [normals(1, 0, 4), [1, 2, 3].map((t) => normals(1, t, 4))];
    const small = run(update, weights, gradients, { eps: 0 });
    const large = run(
      update,
      weights,
      gradients.map((g) => g.map((v) => 1024 * v)),
      { eps: 0 },
    );
    large.weights.forEach((w, i) => {
      expect(w).toBe(small.weights[i]);
    });
  });
  it("works where no average is kept", () => {
    const slot = { weights: Float32Array.of(1), gradient: Float32Array.of(2), first: new Float32Array(1), axes: 1 };
    update({ ...slot, second: new Float32Array(1), average: undefined }, 0.1, 1, { ema: 0.9 });
    expect(slot.weights[0]).toBeCloseTo(0.9, 7);
  });
});

it("LAMB moves a tensor of zeros by the plain step, and every other by a share of its length", () => {
  const gradient = normals(3, 1, 6);
  const zero = run(lamb, new Float32Array(6), [gradient], {});
  expect(length(zero.weights)).toBeCloseTo(0.03 * Math.sqrt(6), 6);
  const weights = normals(3, 2, 6);
  for (const scale of [0.01, 1, 100]) {
    const from = weights.map((v) => scale * v);
    const to = run(lamb, from, [gradient], {}).weights;
    expect(length(to.map((v, i) => v - from[i])) / length(from)).toBeCloseTo(0.03, 6);
  }
});

describe("gradients", () => {
  it("are clipped to a length together, in their direction, or left as they are", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.double({ min: 0.05, max: 20, noNaN: true }), (seed, most) => {
        const [a, b] = [1, 2].map((s) => Float32Array.from(new Generator(seed, s).normals(4)));
        const own = { a: tensor(a.slice(), [2, 2]), b: tensor(b.slice(), [4]) };
        const before = Math.hypot(...a, ...b);
        expect(clipGradients(own, most)).toBeCloseTo(before, 5);
        const after = [...(own.a.data as Float32Array), ...(own.b.data as Float32Array)];
        expect(Math.hypot(...after)).toBeCloseTo(Math.min(before, most), 5);
        [...a, ...b].forEach((v, i) => {
          expect(after[i]).toBeCloseTo(v * Math.min(1, most / before), 5);
        });
      }),
    );
    expect(clipGradients({ a: tensor([0, 0], [2]) }, 1)).toBe(0);
  });
  it("have moments of zero before the first step, of their own", () => {
    const { first, second } = zeroMoments({ a: tensor([1, 2], [1, 2]) });
    (first.a.data as Float32Array)[0] = 5;
    expect([...(second.a.data as Float32Array)]).toEqual([0, 0]);
    expect(first.a.dims).toEqual([1, 2]);
  });
});

describe("rates", () => {
  const sizes = fc.record({ warmup: fc.integer({ min: 1, max: 40 }), steps: fc.integer({ min: 60, max: 300 }) });
  it("of the cosine rise in a line, are highest after it, and fall by half a cosine to nothing", () => {
    fc.assert(
      fc.property(sizes, fc.double({ min: 1e-5, max: 10, noNaN: true }), ({ warmup, steps }, base) => {
        const rate = warmupCosine(base, warmup, steps);
        expect(rate(0)).toBeCloseTo(base / warmup, 12);
        for (let k = 1; k < warmup; k++) expect(rate(k) - rate(k - 1)).toBeCloseTo(base / warmup, 9);
        expect(rate(warmup - 1) / base).toBeCloseTo(1, 12);
        for (let k = warmup; k < steps; k++) expect(rate(k)).toBeLessThan(rate(k - 1));
        expect(rate(steps - 1)).toBeCloseTo(0, 12);
        // Symmetric about its half.
        const [k, mirror] = [warmup + 5, steps - 5 - 1];
        expect(rate(k - 1) + rate(mirror)).toBeCloseTo(base, 9);
        expect(rate(steps + 10)).toBeCloseTo(0, 12);
      }),
    );
  });
  it("of the constant kind never exceed their base, are it between, and end one step above nothing", () => {
    fc.assert(
      fc.property(sizes, fc.double({ min: 0.05, max: 0.3, noNaN: true }), ({ warmup, steps }, decay) => {
        const rate = warmupConstantDecay(3, warmup, decay, steps);
        for (let k = 0; k < steps; k++) {
          const wanted = 3 * Math.min(1, (k + 1) / warmup, (steps - k) / Math.max(1, decay * steps));
          expect(rate(k)).toBeCloseTo(wanted, 12);
          expect(rate(k)).toBeGreaterThan(0);
        }
        expect(rate(steps)).toBe(0);
      }),
      { numRuns: 20 },
    );
  });
  it("of averages rise to their decay, and give an average that is one of all weights at first", () => {
    for (let t = 1; t < 200; t++) expect(warmedDecay(0.97, t + 1)).toBeGreaterThanOrEqual(warmedDecay(0.97, t));
    expect(warmedDecay(0.5, 8)).toBe(0.5);
    expect(warmedDecay(0.99, 8)).toBe(0.5);
  });
});
