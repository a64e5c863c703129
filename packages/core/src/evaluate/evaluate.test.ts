import { describe, expect, it } from "vitest";
import {
  bootstrap,
  calibration,
  capAreaKm2,
  capRadiusKm,
  earthAreaKm2,
  Generator,
  manifoldMetrics,
  officialManifoldBlocks,
  recallAgainstArea,
  toVec3,
  uniformPoints,
} from "../index.js";

const doubles = (x: Float32Array) => Float64Array.from(x);

describe("precision, recall, density and coverage", () => {
  it("are all one for guesses that are the truths", () => {
    const truths = doubles(uniformPoints(new Generator(1), 200));
    const { precision, recall, coverage, density } = manifoldMetrics(truths, truths);
    expect([precision, recall, coverage]).toEqual([1, 1, 1]);
    // Every ball holds its own point and two neighbours; the third lies on the rim.
    expect(density).toBeCloseTo(1, 12);
  });
  it("tell guesses that are right but few from guesses that are anywhere", () => {
    const random = new Generator(2);
    const around = (lat: number, lng: number, n: number) =>
      Array.from({ length: n }, () => [
        ...toVec3({ lat: lat + random.uniform(-3, 3), lng: lng + random.uniform(-3, 3) }),
      ]).flat();
    const truths = Float64Array.from([...around(10, 10, 100), ...around(-40, 100, 100)]);
    const collapsed = manifoldMetrics(truths, Float64Array.from(around(10, 10, 200)));
    expect(collapsed.precision).toBeGreaterThan(0.9);
    expect(collapsed.recall).toBeLessThan(0.6);
    expect(collapsed.coverage).toBeLessThan(0.6);
    const anywhere = manifoldMetrics(truths, doubles(uniformPoints(random, 200)));
    expect(anywhere.precision).toBeLessThan(0.1);
    expect(anywhere.recall).toBeGreaterThan(0.3);
  });
  it("come in twenty blocks, of which a last one with too few for neighbours is left out", () => {
    const random = new Generator(3);
    for (const [n, blocks] of [
      [80, 20],
      [81, 16],
      [82, 16],
      [85, 17],
      [421, 19],
    ]) {
      const points = doubles(uniformPoints(random, n));
      expect(officialManifoldBlocks(points, points).length, `${n}`).toBe(blocks);
    }
  });
  it("want enough points", () => {
    const three = new Float64Array(9);
    expect(() => manifoldMetrics(three, three)).toThrow("more than 3 truths and guesses are needed, got 3 and 3");
  });
});

describe("calibration", () => {
  const even = Float64Array.from({ length: 1000 }, (_, i) => (i + 0.5) / 1000);
  it("is perfect for levels that are uniform", () => {
    const { coverage, levels, expectedError } = calibration(even);
    coverage.forEach((c, i) => {
      expect(c).toBeCloseTo(levels[i], 2);
    });
    expect(expectedError).toBeLessThan(1e-3);
  });
  it("knows the error of over-confidence in closed form", () => {
    // Levels √u: coverage F(c) = c², and ∫ |c² − c| dc = 1/6.
    const { coverage, expectedError } = calibration(even.map(Math.sqrt), [0.5]);
    expect(coverage[0]).toBeCloseTo(0.25, 2);
    expect(expectedError).toBeCloseTo(1 / 6, 3);
    expect(calibration([1, 1, 1]).expectedError).toBeCloseTo(0.5, 12);
  });
});

describe("recall against area", () => {
  it("counts the truths within every area, up to the whole globe", () => {
    const { areasKm2, recall } = recallAgainstArea([5, 50, 5e4, earthAreaKm2]);
    const at = (area: number) => recall[areasKm2.findIndex((a) => a >= area)];
    expect([at(1), at(10), at(1000), at(1e6), at(earthAreaKm2)]).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(() => recallAgainstArea([])).toThrow("got none");
  });
  it("has caps whose areas and radii agree", () => {
    for (const radius of [0.01, 3, 700, 12_000, 20_015])
      expect(capRadiusKm(capAreaKm2(radius)) / radius).toBeCloseTo(1, 6);
    expect(capAreaKm2(Math.PI * 6371)).toBeCloseTo(earthAreaKm2, 0);
  });
});

describe("the bootstrap", () => {
  it("holds the mean of normals as often as it says", () => {
    const random = new Generator(4);
    let held = 0;
    for (let trial = 0; trial < 100; trial++) {
      const x = random.normals(60);
      const mean = (indices: Uint32Array) => indices.reduce((sum, i) => sum + x[i], 0) / indices.length;
      const { low, high } = bootstrap(60, mean, { rounds: 200, level: 0.9, seed: trial });
      if (low < 0 && high > 0) held++;
    }
    expect(held).toBeGreaterThan(80);
    expect(held).toBeLessThan(98);
  });
});
