import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import { rotate } from "../sphere/geodesic.js";
import { angle, type Vec3, vectorAt } from "../sphere/point.js";
import { uniformPoint, uniformPoints } from "../sphere/sampling.js";
import { manifoldMetrics, manifoldShares, officialManifoldBlocks } from "./manifold.js";

const points = (seed: number, n: number) => Float64Array.from(uniformPoints(new Generator(seed), n));
const cases = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  n: fc.integer({ min: 6, max: 25 }),
  m: fc.integer({ min: 6, max: 25 }),
  k: fc.integer({ min: 1, max: 5 }),
});

/** By angles and sorting, as the papers write it. */
function slow(truths: Float64Array, guesses: Float64Array, k: number) {
  const rows = (x: Float64Array) => Array.from({ length: x.length / 3 }, (_, i) => vectorAt(x, i));
  const [t, g] = [rows(truths), rows(guesses)];
  const radius = (all: Vec3[], i: number) =>
    all
      .filter((_, j) => j !== i)
      .map((y) => angle(all[i], y))
      .sort((a, b) => a - b)[k - 1];
  const [tr, gr] = [t.map((_, i) => radius(t, i)), g.map((_, i) => radius(g, i))];
  const share = (flags: boolean[]) => flags.filter(Boolean).length / flags.length;
  const around = g.map((y) => t.filter((x, i) => angle(x, y) < tr[i]).length);
  return {
    precision: share(around.map((a) => a > 0)),
    recall: share(t.map((x) => g.some((y, j) => angle(x, y) < gr[j]))),
    density: around.reduce((a, b) => a + b, 0) / (k * g.length),
    coverage: share(t.map((x, i) => g.some((y) => angle(x, y) < tr[i]))),
  };
}

describe("precision, recall, density and coverage", () => {
  it("are those of angles and sorting", () => {
    fc.assert(
      fc.property(cases, ({ seed, n, m, k }) => {
        const [truths, guesses] = [points(seed, n), points(seed + 1, m)];
        const got = manifoldMetrics(truths, guesses, k);
        for (const [name, value] of Object.entries(slow(truths, guesses, k)))
          expect(got[name as keyof typeof got], name).toBeCloseTo(value, 12);
      }),
      { numRuns: 50 },
    );
  });
  it("do not change when the globe is turned", () => {
    fc.assert(
      fc.property(cases, ({ seed, n, m, k }) => {
        const w = uniformPoint(new Generator(seed, 9)).map((c) => 2 * c) as unknown as Vec3;
        const turned = (x: Float64Array) =>
          Float64Array.from(Array.from({ length: x.length / 3 }, (_, i) => [...rotate(vectorAt(x, i), w)]).flat());
        const [truths, guesses] = [points(seed, n), points(seed + 1, m)];
        const again = manifoldMetrics(turned(truths), turned(guesses), k);
        expect(again.precision).toBeCloseTo(manifoldMetrics(truths, guesses, k).precision, 12);
        expect(again.density).toBeCloseTo(manifoldMetrics(truths, guesses, k).density, 12);
      }),
      { numRuns: 30 },
    );
  });
  it("exchange precision and recall when truths and guesses change places", () => {
    fc.assert(
      fc.property(cases, ({ seed, n, m, k }) => {
        const [a, b] = [points(seed, n), points(seed + 1, m)];
        const [there, back] = [manifoldMetrics(a, b, k), manifoldMetrics(b, a, k)];
        expect(back.recall).toBeCloseTo(there.precision, 12);
        expect(back.precision).toBeCloseTo(there.recall, 12);
      }),
    );
  });
  it("grow with k where balls do: precision, recall and coverage", () => {
    fc.assert(
      fc.property(cases, ({ seed, n, m }) => {
        const all = [1, 2, 3, 4, 5].map((k) => manifoldMetrics(points(seed, n), points(seed + 1, m), k));
        for (let i = 1; i < 5; i++)
          for (const name of ["precision", "recall", "coverage"] as const)
            expect(all[i][name]).toBeGreaterThanOrEqual(all[i - 1][name]);
      }),
      { numRuns: 30 },
    );
  });
  it("are means of what every point adds, guess by guess and truth by truth", () => {
    const [truths, guesses] = [points(1, 12), points(2, 9)];
    const shares = manifoldShares(truths, guesses, 2);
    expect([shares.precise.length, shares.density.length]).toEqual([9, 9]);
    expect([shares.recalled.length, shares.covered.length]).toEqual([12, 12]);
    // A guess is precise where it adds density, and only there.
    shares.precise.forEach((p, j) => {
      expect(p === 1).toBe(shares.density[j] > 0);
    });
  });
  it("in one twentieth at a time have the mean of blocks computed alone", () => {
    const [truths, guesses] = [points(3, 100), points(4, 100)];
    const blocks = officialManifoldBlocks(truths, guesses);
    expect(blocks.length).toBe(20);
    expect(blocks[7]).toEqual(manifoldMetrics(truths.slice(105, 120), guesses.slice(105, 120)));
  });
});
