import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import { toLatLng, vectorAt } from "../sphere/point.js";
import { sampleVonMisesFisher } from "../sphere/von-mises-fisher.js";
import { conformal, conformalMasses } from "./conformal.js";
import type { PlaceDistribution } from "./distribution.js";
import { distributionTensors, readDistribution } from "./distribution-file.js";
import { meshDistribution } from "./mesh-distribution.js";
import { meshOfSamples } from "./mesh-of-samples.js";
import { sampleDistribution } from "./sample-distribution.js";

const samples = (kappa: number, n: number, seed: number) => {
  const random = new Generator(seed);
  return Float64Array.from(Array.from({ length: n }, () => sampleVonMisesFisher([0, 0, 1], kappa, random)).flat());
};

describe("conformal masses", () => {
  it("are the order statistics, rounded up, as counted by hand", () => {
    const masses = conformalMasses([0.9, 0.1, 0.5]);
    expect([0, 25, 26, 50, 51, 75, 76, 100].map((k) => masses[k])).toEqual([0, 0.1, 0.5, 0.5, 0.9, 0.9, 1, 1]);
    expect(() => conformalMasses([])).toThrow(RangeError);
  });

  it("hold the share that is asked for among others of the kind, and hardly more, for any miscalibration", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.double({ min: 0.3, max: 3, noNaN: true }), (seed, power) => {
        const random = new Generator(seed);
        const levels = () => Float64Array.from({ length: 4000 }, () => random.uniform() ** power);
        const masses = conformalMasses(levels());
        for (const share of [10, 50, 90, 99]) {
          const held = levels().filter((u) => u <= masses[share]).length / 4000;
          // Five deviations of both halves.
          expect(Math.abs(held - share / 100)).toBeLessThan(
            5 * Math.sqrt((0.5 * share * (1 - share / 100)) / 100 / 1000),
          );
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe("a distribution with conformal masses", () => {
  // Regions that held less than they said: a share takes the root of itself.
  const masses = Array.from({ length: 101 }, (_, k) => Math.sqrt(k / 100));

  it("has the regions, levels and outlines of the masses, under the shares' names, on a mesh and of samples", async () => {
    const points = samples(50, 400, 1);
    for (const plain of [meshDistribution(await meshOfSamples(points, {})), sampleDistribution(points)]) {
      const own = conformal(plain, masses);
      const [a, b] = [own.regions([0.25, 0.81, 0]), plain.regions([0.5, 0.9, 0])];
      expect(a.map((r) => r.areaKm2)).toEqual(b.map((r) => r.areaKm2));
      expect(a.map((r) => [r.mass, r.densityMass])).toEqual([
        [0.25, 0.5],
        [0.81, 0.9],
        [0, 0],
      ]);
      // Linear within a step of 1 %, where the square is curved.
      for (let i = 0; i < 20; i++) {
        const place = toLatLng(vectorAt(points, i));
        expect(own.credibleLevel(place)).toBeCloseTo(plain.credibleLevel(place) ** 2, 2);
      }
      expect(own.credibleLevel({ lat: -90, lng: 0 })).toBeGreaterThan(0.99);
      expect(own.outlines?.(0.25)).toEqual(plain.outlines?.(0.5));
      expect([own.best, own.modes, own.localizabilityBits]).toEqual([
        plain.best,
        plain.modes,
        plain.localizabilityBits,
      ]);
    }
  });

  it("holds a place in the regions of its level and of all above, ties among the levels or not", () => {
    const level = fc.integer({ min: 0, max: 10 }).map((n) => n / 10);
    fc.assert(
      fc.property(fc.array(level, { minLength: 1, maxLength: 60 }), level, fc.nat(100), (levels, u, share) => {
        const stub = {
          credibleLevel: () => u,
          regions: (wanted: readonly number[]) => wanted.map((mass) => ({ mass, areaKm2: mass, radiusKm: mass })),
        } as unknown as PlaceDistribution;
        const own = conformal(stub, conformalMasses(levels));
        const [{ densityMass = Number.NaN }] = own.regions([share / 100]);
        // A hundredth of a millionth either way is rounding.
        if (Math.abs(densityMass - u) < 1e-8)
          expect(own.credibleLevel({ lat: 0, lng: 0 })).toBeLessThan(share / 100 + 1e-8);
        else expect(own.credibleLevel({ lat: 0, lng: 0 }) <= share / 100).toBe(u < densityMass);
      }),
    );
  });

  it("is the same from tensors", async () => {
    const points = samples(200, 300, 2);
    const own = conformal(meshDistribution(await meshOfSamples(points, {})), masses);
    const read = readDistribution(distributionTensors(own, points)).distribution;
    expect(read.regions([0.5, 0.9])).toEqual(own.regions([0.5, 0.9]));
    expect(read.conformal).toEqual(masses);
    const without = readDistribution(distributionTensors(sampleDistribution(points), points)).distribution;
    expect(without.conformal).toBeUndefined();
  });
});
