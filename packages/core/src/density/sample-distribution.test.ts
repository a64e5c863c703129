import { describe, expect, it } from "vitest";
import {
  distanceKm,
  earthAreaKm2,
  earthRadiusKm,
  Generator,
  type LatLng,
  normalize,
  sampleDistribution,
  toLatLng,
  toVec3,
  uniformPoints,
  vectorAt,
} from "../index.js";

/** Samples of a narrow normal distribution around a place, deviation in km. */
function cluster(random: Generator, centre: LatLng, deviationKm: number, n: number): number[] {
  const s = deviationKm / earthRadiusKm;
  const c = toVec3(centre);
  return Array.from({ length: n }, () => [
    ...normalize([c[0] + s * random.normal(), c[1] + s * random.normal(), c[2] + s * random.normal()]),
  ]).flat();
}

describe("a distribution from samples", () => {
  it.each([20, 130, 600])("finds centre, entropy and radii of a normal of %d km in closed form", (deviation) => {
    const centre = { lat: 62, lng: 179.8 };
    const d = sampleDistribution(cluster(new Generator(3), centre, deviation, 512));
    expect(distanceKm(d.best, centre)).toBeLessThan(0.4 * deviation);
    expect(d.modes[0].mass).toBeGreaterThan(0.9);
    const sigma = deviation / earthRadiusKm;
    expect(Math.abs(d.localizabilityBits - Math.log2(1 / (2 * Math.PI * Math.E * sigma ** 2)))).toBeLessThan(0.35);
    // A normal in the plane holds mass m within σ √(−2 ln(1−m)).
    for (const { mass, radiusKm } of d.regions([0.5, 0.9])) {
      const exact = deviation * Math.sqrt(-2 * Math.log(1 - mass));
      expect(Math.abs(radiusKm / exact - 1)).toBeLessThan(0.2);
    }
    expect(d.modes[0].radiusKm / (deviation * Math.sqrt(2 * Math.LN2))).toBeCloseTo(1, 0.5);
  });
  it("ranks a place among the samples", () => {
    const centre = { lat: -33, lng: 151 };
    const d = sampleDistribution(cluster(new Generator(6), centre, 100, 256));
    expect(d.credibleLevel(d.best)).toBeLessThan(0.1);
    expect(d.credibleLevel({ lat: 60, lng: 20 })).toBe(1);
    const others = cluster(new Generator(7), centre, 100, 400);
    const held = (mass: number) =>
      Array.from({ length: 400 }, (_, i) => d.credibleLevel(toLatLng(vectorAt(others, i)))).filter((c) => c <= mass)
        .length;
    expect(Math.abs(held(0.5) / 400 - 0.5)).toBeLessThan(0.1);
    expect(Math.abs(held(0.9) / 400 - 0.9)).toBeLessThan(0.07);
  });
  it("knows that uniform samples tell nothing", () => {
    const d = sampleDistribution(uniformPoints(new Generator(4), 512));
    expect(d.localizabilityBits).toBeCloseTo(-Math.log2(4 * Math.PI), 0);
    expect(d.regions([0.9])[0].areaKm2).toBeLessThanOrEqual(0.9 * earthAreaKm2);
    expect(d.regions([0.9])[0].areaKm2).toBeGreaterThan(0.6 * earthAreaKm2);
  });
  it("separates two clusters with their masses, at the poles too", () => {
    const g = new Generator(5);
    const north = { lat: 89.9, lng: 30 };
    const south = { lat: -33, lng: -70 };
    const d = sampleDistribution([...cluster(g, north, 60, 300), ...cluster(g, south, 60, 100)]);
    expect(d.modes.length).toBe(2);
    expect(d.modes[0].mass).toBeCloseTo(0.75, 1);
    expect(d.modes[1].mass).toBeCloseTo(0.25, 1);
    expect(distanceKm(d.modes[0], north)).toBeLessThan(30);
    expect(distanceKm(d.modes[1], south)).toBeLessThan(30);
  });
  it("does not let strays around a tight cluster swell the regions", () => {
    const g = new Generator(8);
    const points = [...cluster(g, { lat: 60, lng: 90 }, 30, 218), ...cluster(g, { lat: 62, lng: 100 }, 1200, 38)];
    const [half, most] = sampleDistribution(points).regions([0.5, 0.9]);
    // Half of the mass lies inside the cluster; nine tenths take a share of the wide one, not of the globe.
    expect(half.radiusKm).toBeLessThan(60);
    expect(most.areaKm2).toBeLessThan(6e6);
    expect(most.areaKm2).toBeGreaterThan(2e5);
  });
  it("gives a density that integrates to one", () => {
    const d = sampleDistribution(cluster(new Generator(6), { lat: 10, lng: 20 }, 500, 64));
    const n = 40_000;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const z = 1 - (2 * i + 1) / n;
      const lng = ((i * 137.50776405003785) % 360) - 180;
      sum += Math.exp(d.logProbNats({ lat: (Math.asin(z) * 180) / Math.PI, lng })) / n;
    }
    expect(sum * 4 * Math.PI).toBeCloseTo(1, 2);
  });
  it("refuses what is no distribution", () => {
    expect(() => sampleDistribution([1, 0, 0])).toThrow("two samples at least are needed, got 1");
    expect(() => sampleDistribution([1, 0, 0, Number.NaN, 0, 0])).toThrow("sample 1 is not a place, got NaN");
  });
});
