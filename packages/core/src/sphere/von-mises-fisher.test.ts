import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import { anyTangent, combine, norm } from "./geodesic.js";
import { cross, dot, normalize, type Vec3 } from "./point.js";
import { logPeakDensity, sampleVonMisesFisher } from "./von-mises-fisher.js";

/** ∫ over the sphere of peak · exp(−κ (1 − x·μ)), by Simpson's rule in s, 1 − cos = s²·2 (the density falls within 1/κ). */
function total(kappa: number): number {
  const steps = 4000;
  const reach = Math.min(1, Math.sqrt(40 / Math.max(kappa, 1e-9)));
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const s = (reach * i) / steps;
    const weight = i === 0 || i === steps ? 1 : i % 2 ? 4 : 2;
    sum += weight * Math.exp(logPeakDensity(kappa) - kappa * 2 * s * s) * 2 * Math.PI * 4 * s;
  }
  return (sum * reach) / steps / 3;
}

describe("the density of a von Mises–Fisher distribution", () => {
  it("integrates to one, from nearly uniform to a street", () => {
    fc.assert(
      fc.property(fc.double({ min: -6, max: 9, noNaN: true }), (log) => {
        expect(total(10 ** log)).toBeCloseTo(1, 8);
      }),
      { numRuns: 40 },
    );
  });
  it("is uniform at κ = 0, without a jump, and rises with κ", () => {
    expect(logPeakDensity(0)).toBe(-Math.log(4 * Math.PI));
    expect(logPeakDensity(1e-12)).toBeCloseTo(-Math.log(4 * Math.PI), 9);
    // To first order in κ the peak is (1 + κ) / 4π.
    expect((logPeakDensity(1e-4) - logPeakDensity(0)) / 1e-4).toBeCloseTo(1, 3);
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (kappa) => {
        expect(logPeakDensity(1.01 * kappa)).toBeGreaterThan(logPeakDensity(kappa));
      }),
    );
  });
});

describe("samples of a von Mises–Fisher distribution", () => {
  const n = 4000;
  const mean = normalize([-0.4, 0.02, -0.9]);
  const drawn = (kappa: number, mu: Vec3 = mean) => {
    const random = new Generator(17);
    return Array.from({ length: n }, () => sampleVonMisesFisher(mu, kappa, random));
  };
  it.each([0.3, 2, 15, 400])("have Langevin's mean and the second moment of κ = %d", (kappa) => {
    const cosines = drawn(kappa).map((x) => dot(x, mean));
    // A(κ) = coth κ − 1/κ; E cos² = 1 − 2 A/κ.
    const langevin = 1 / Math.tanh(kappa) - 1 / kappa;
    const variance = 1 - (2 * langevin) / kappa - langevin ** 2;
    const first = cosines.reduce((a, b) => a + b) / n;
    const second = cosines.reduce((a, b) => a + (b - langevin) ** 2, 0) / n;
    expect(Math.abs(first - langevin)).toBeLessThan(4 * Math.sqrt(variance / n));
    expect(second / variance).toBeGreaterThan(0.85);
    expect(second / variance).toBeLessThan(1.15);
  });
  it.each([0, 1e-7, 1, 30])(
    "have cosines of the closed distribution function, κ = %d (Kolmogorov–Smirnov)",
    (kappa) => {
      const cosines = Float64Array.from(drawn(kappa), (x) => dot(x, mean)).sort();
      // F(c) = (e^{κ(c−1)} − e^{−2κ}) / (1 − e^{−2κ}).
      const below = (c: number) =>
        kappa < 1e-6 ? (c + 1) / 2 : 1 + Math.expm1(kappa * (c - 1)) / -Math.expm1(-2 * kappa);
      const gap = Math.max(...cosines.map((c, i) => Math.abs(below(c) - (i + 0.5) / n)));
      expect(gap).toBeLessThan(1.95 / Math.sqrt(n)); // one in a thousand
    },
  );
  it("lie all around the mean, and on the sphere, at poles and on axes too", () => {
    for (const mu of [[0, 0, 1], [0, 0, -1], [-1, 0, 0], mean] as Vec3[]) {
      const e = anyTangent(mu);
      const quadrants = [0, 0, 0, 0];
      for (const x of drawn(5, mu)) {
        expect(norm(x)).toBeCloseTo(1, 12);
        quadrants[(dot(x, e) > 0 ? 1 : 0) + (dot(x, cross(mu, e)) > 0 ? 2 : 0)]++;
      }
      const chi = quadrants.reduce((s, q) => s + (q - n / 4) ** 2 / (n / 4), 0);
      expect(chi).toBeLessThan(16.3); // three degrees of freedom, one in a thousand
    }
  });
  it("keep their digits when they are as sharp as a metre", () => {
    const kappa = 4e13;
    // Twice 1 − cos is the squared chord, exponential of mean 2/κ.
    const chords = drawn(kappa).map((x) => norm(combine(1, x, -1, mean)) ** 2);
    const average = chords.reduce((a, b) => a + b) / n;
    expect((average * kappa) / 2).toBeGreaterThan(0.94);
    expect((average * kappa) / 2).toBeLessThan(1.06);
  });
});
