import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import { earthAreaKm2 } from "../sphere/cap.js";
import { bootstrap, bootstrapAll } from "./bootstrap.js";
import { calibration } from "./calibration.js";
import { recallAgainstArea, searchedAreasKm2 } from "./recall-area.js";

const level = fc.double({ min: 0, max: 1, noNaN: true });
const levels = fc.array(level, { minLength: 1, maxLength: 25 });

describe("the expected calibration error", () => {
  it("is the integral of |coverage − level|, summed up slowly", () => {
    fc.assert(
      fc.property(levels, (credible) => {
        const cells = 4000;
        let sum = 0;
        for (let i = 0; i < cells; i++) {
          const u = (i + 0.5) / cells;
          sum += Math.abs(credible.filter((c) => c <= u).length / credible.length - u) / cells;
        }
        expect(Math.abs(calibration(credible).expectedError - sum)).toBeLessThan(1e-3 * 1.01 * credible.length);
        expect(calibration(credible).expectedError).toBeCloseTo(sum, 2);
      }),
    );
  });
  it("is the same for over- and under-confidence, and never above a half", () => {
    fc.assert(
      fc.property(levels, (credible) => {
        const error = calibration(credible).expectedError;
        expect(calibration(credible.map((c) => 1 - c)).expectedError).toBeCloseTo(error, 12);
        expect(error).toBeLessThanOrEqual(0.5 + 1e-12);
        expect(error).toBeGreaterThanOrEqual(0);
      }),
    );
  });
  it("of n evenly spread levels is 1/(4n): as little as steps can be from a slope", () => {
    for (const n of [1, 4, 50]) {
      const even = Array.from({ length: n }, (_, i) => (i + 0.5) / n);
      expect(calibration(even).expectedError).toBeCloseTo(1 / (4 * n), 12);
    }
  });
  it("of a forecast that is calibrated falls with the root of its examples", () => {
    const random = new Generator(4);
    const mean = (n: number) => {
      let sum = 0;
      for (let i = 0; i < 60; i++) sum += calibration(Array.from({ length: n }, () => random.uniform())).expectedError;
      return sum / 60;
    };
    // E ∫|B| of a Brownian bridge is √(π/32) = 0.313.
    expect(mean(900) * 30).toBeGreaterThan(0.25);
    expect(mean(900) * 30).toBeLessThan(0.38);
  });
});

describe("coverage", () => {
  it("rises with the level, counts what is on it, and is whole at one", () => {
    fc.assert(
      fc.property(levels, (credible) => {
        const { coverage } = calibration(credible, [0, 0.25, 0.5, 0.75, 1]);
        for (let i = 1; i < 5; i++) expect(coverage[i]).toBeGreaterThanOrEqual(coverage[i - 1]);
        expect(coverage[4]).toBe(1);
      }),
    );
    expect(calibration([0.3, 0.5, 0.5, 0.7], [0.3, 0.5]).coverage).toEqual([0.25, 0.75]);
    expect(() => calibration([])).toThrow(RangeError);
  });
});

describe("recall against area", () => {
  it("never falls as more is searched, and finds everything on the whole globe", () => {
    const area = fc.double({ min: 0, max: earthAreaKm2, noNaN: true });
    fc.assert(
      fc.property(fc.array(area, { minLength: 1, maxLength: 20 }), (areas) => {
        const { recall, areasKm2 } = recallAgainstArea(areas);
        expect(areasKm2).toEqual(searchedAreasKm2);
        for (let i = 1; i < recall.length; i++) expect(recall[i]).toBeGreaterThanOrEqual(recall[i - 1]);
        expect(recall[recall.length - 1]).toBe(1);
      }),
    );
  });
  it("searches growing areas, four to the decade, up to the Earth's", () => {
    expect(searchedAreasKm2[0]).toBe(1);
    expect(searchedAreasKm2[8] / searchedAreasKm2[4]).toBeCloseTo(10, 10);
    for (let i = 1; i < searchedAreasKm2.length; i++)
      expect(searchedAreasKm2[i]).toBeGreaterThan(searchedAreasKm2[i - 1]);
    expect(searchedAreasKm2[searchedAreasKm2.length - 1]).toBe(earthAreaKm2);
  });
});

describe("the bootstrap", () => {
  const x = new Generator(6).normals(80);
  const mean = (indices: Uint32Array) => indices.reduce((s, i) => s + x[i], 0) / indices.length;
  const share = (indices: Uint32Array) => indices.filter((i) => x[i] > 0.5).length / indices.length;
  it("has the standard error of a mean: the interval of 68 % is one to either side", () => {
    const average = mean(Uint32Array.from(x.keys()));
    const deviation = Math.sqrt(x.reduce((s, v) => s + (v - average) ** 2, 0) / 80 / 80);
    const { low, high } = bootstrap(80, mean, { rounds: 3000, level: 0.6827 });
    expect((average - low) / deviation).toBeCloseTo(1, 0.7);
    expect((high - average) / deviation).toBeCloseTo(1, 0.7);
  });
  it("widens with the level, is the same for the same seed, and a point for what does not vary", () => {
    const widths = [0.5, 0.8, 0.95].map((l) => {
      const { low, high } = bootstrap(80, mean, { rounds: 400, level: l });
      return high - low;
    });
    expect(widths[0]).toBeLessThan(widths[1]);
    expect(widths[1]).toBeLessThan(widths[2]);
    const options = { rounds: 50, seed: 3 };
    expect(bootstrap(80, mean, options)).toEqual(bootstrap(80, mean, options));
    expect(bootstrap(80, mean, options)).not.toEqual(bootstrap(80, mean, { ...options, seed: 4 }));
    expect(bootstrap(80, () => 7)).toEqual({ low: 7, high: 7 });
  });
  it("of several statistics draws once for all of them", () => {
    const together = bootstrapAll(80, (i) => [mean(i), share(i)], { rounds: 100 });
    expect(together).toEqual([bootstrap(80, mean, { rounds: 100 }), bootstrap(80, share, { rounds: 100 })]);
  });
  it("leaves out the draws of which a statistic has nothing to say", () => {
    const few = (indices: Uint32Array) => (indices.includes(0) ? mean(indices) : Number.NaN);
    const { low, high } = bootstrap(80, few, { rounds: 200 });
    expect(low).toBeLessThan(high);
    let calls = 0;
    const sometimes = () => (calls++ % 2 ? Number.NaN : calls);
    const all = bootstrap(5, sometimes, { rounds: 101, level: 1 });
    expect(all).toEqual({ low: 1, high: 101 });
  });
});
