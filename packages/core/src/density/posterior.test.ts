import { describe, expect, it } from "vitest";
import {
  angle,
  fibonacciSphere,
  meshDistribution,
  meshOfDensity,
  type Prior,
  productOfPriors,
  toLatLng,
  toVec3,
  type Vec3,
  vectorAt,
  withPrior,
} from "../index.js";

const pole = toVec3({ lat: 90, lng: 0 });
const uniform = await meshOfDensity((points) => new Float64Array(points.length / 3), {}, { level: 5 });

describe("a prior", () => {
  it("leaves the uniform distribution on a cap uniform there, and nothing elsewhere", () => {
    const radius = 0.7;
    const d = meshDistribution(withPrior(uniform, (x) => (angle(x, pole) < radius ? 3 : 0)));
    const area = 2 * Math.PI * (1 - Math.cos(radius));
    expect(d.logProbNats({ lat: 80, lng: 20 })).toBeCloseTo(-Math.log(area), 1);
    expect(d.logProbNats({ lat: 0, lng: 20 })).toBe(Number.NEGATIVE_INFINITY);
    expect(Math.abs(d.localizabilityBits + Math.log2(area))).toBeLessThan(0.05);
    const places = d.representatives(500);
    for (let i = 0; i < 500; i++) expect(angle(vectorAt(places, i), pole)).toBeLessThan(radius + 0.05);
    for (const ring of d.outlines(0.9)) for (const x of ring) expect(angle(x, pole)).toBeLessThan(radius + 0.05);
  });
  it.each([2, 4])("is never left, whatever the mesh, of level %d", async (level) => {
    const peak = toVec3({ lat: 44, lng: -85 });
    const log = (points: Float64Array) =>
      Float64Array.from({ length: points.length / 3 }, (_, i) => -5 * angle(vectorAt(points, i), peak) ** 2);
    // A sure answer, and a region that its tail alone reaches, with a straight and a round limit.
    for (const prior of [
      (x: Vec3) => (toLatLng(x).lat > 62 ? 1 : 0),
      (x: Vec3) => (angle(x, toVec3({ lat: 10, lng: 100 })) < 0.2 ? 1 : 0),
    ]) {
      const mesh = await meshOfDensity(log, {}, { level, prior });
      const d = meshDistribution(withPrior(mesh, prior));
      expect(prior(toVec3(d.best))).toBe(1);
      for (const mode of d.modes) expect(prior(toVec3(mode))).toBe(1);
      const places = d.representatives(1000);
      for (let i = 0; i < 1000; i++) expect(prior(vectorAt(places, i))).toBe(1);
      const all = fibonacciSphere(60_000);
      for (const x of all.filter((x) => prior(x) === 0).filter((_, i) => i % 300 === 0))
        expect(d.logProbNats(toLatLng(x))).toBe(Number.NEGATIVE_INFINITY);
      const kept = all.filter((x) => prior(x) > 0);
      const [own, exact] = [kept.map((x) => d.logProbNats(toLatLng(x))), [...log(Float64Array.from(kept.flat()))]];
      const integral = (logs: number[]) => (4 * Math.PI * logs.reduce((sum, l) => sum + Math.exp(l), 0)) / all.length;
      expect(Math.abs(integral(own) - 1)).toBeLessThan(0.02);
      const total = Math.log(integral(exact));
      const gaps = own.map((l, i) => Math.abs(l - (exact[i] - total))).sort((a, b) => a - b);
      expect(gaps[Math.floor(gaps.length / 2)]).toBeLessThan(0.12);
    }
  });
  it("of a constant changes nothing", () => {
    const same = withPrior(uniform, () => 0.25);
    same.masses.forEach((m, t) => {
      expect(m).toBeCloseTo(uniform.masses[t], 12);
    });
    expect(same.vertexLogDensities[7]).toBeCloseTo(uniform.vertexLogDensities[7], 9);
  });
  it("decides between two peaks", async () => {
    const [a, b] = [toVec3({ lat: 10, lng: 10 }), toVec3({ lat: -40, lng: 100 })];
    const log = (points: Float64Array) =>
      Float64Array.from({ length: points.length / 3 }, (_, i) => {
        const x = vectorAt(points, i);
        return Math.log(
          Math.exp(-200 * (1 - Math.cos(angle(x, a)))) + 0.5 * Math.exp(-200 * (1 - Math.cos(angle(x, b)))),
        );
      });
    const mesh = await meshOfDensity(log, { peaks: [a, b].map((centre) => ({ centre, radius: 0.05 })) });
    expect(angle(toVec3(meshDistribution(mesh).best), a)).toBeLessThan(0.02);
    const south = meshDistribution(withPrior(mesh, (x) => (toLatLng(x).lat < 0 ? 1 : 0.1)));
    expect(angle(toVec3(south.best), b)).toBeLessThan(0.02);
    // 1 : ½ by mass becomes 1 : 5.
    expect(south.modes[0].mass).toBeCloseTo(5 / 6, 1);
  });
  it("that is much narrower than the triangles is seen where it says so", () => {
    const coarse = [0, 5, 20].map((lat) => {
      const [centre, width] = [toVec3({ lat, lng: 13 }), 0.01];
      const bump = (x: Vec3) => Math.exp(-0.5 * (angle(x, centre) / width) ** 2) / (2 * Math.PI * width ** 2);
      const prior: Prior = Object.assign((x: Vec3) => 0.9 * bump(x) + 0.1 / (4 * Math.PI), {
        focus: [{ centre, width }],
      });
      return { centre, width, d: meshDistribution(withPrior(uniform, prior)) };
    });
    for (const { centre, width, d } of coarse) {
      expect(d.mesh.masses.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      expect(angle(toVec3(d.best), centre)).toBeLessThan(width / 2);
      // Of the bump 1 − e^(−2) lie within two widths, and nine tenths of all is the bump.
      const places = d.representatives(2000);
      const near = Array.from({ length: 2000 }, (_, i) => angle(vectorAt(places, i), centre) < 2 * width);
      expect(near.filter(Boolean).length / 2000).toBeCloseTo(0.9 * (1 - Math.exp(-2)), 1);
      const [half] = d.regions([0.5]);
      // 5/9 of the bump, which a circle of √(−2 ln(4/9)) widths holds.
      expect(half.radiusKm / (6371 * width * Math.sqrt(-2 * Math.log(4 / 9)))).toBeCloseTo(1, 1);
    }
  });
  it("that keeps what is e^−20,000 as likely as the peak is answered within it", async () => {
    const peak = toVec3({ lat: 0, lng: 0 });
    const log = (points: Float64Array) =>
      Float64Array.from({ length: points.length / 3 }, (_, i) => 2e4 * (vectorAt(points, i)[0] - 1));
    const far: Prior = Object.assign((x: Vec3) => (angle(x, pole) < 0.2 ? 1 : 0), {
      focus: [{ centre: pole, width: 0.1 }],
    });
    const mesh = await meshOfDensity(log, { peaks: [{ centre: peak, radius: 0.005 }] }, { prior: far });
    const d = meshDistribution(withPrior(mesh, far));
    expect(far(toVec3(d.best))).toBe(1);
    expect(d.mesh.masses.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
    // The nearest edge of the cap is the likeliest by far.
    expect(angle(toVec3(d.best), pole)).toBeGreaterThan(0.1);
    expect(Math.abs(toLatLng(toVec3(d.best)).lng)).toBeLessThan(25);
  });
  it("after another one leaves nothing of what that has ruled out", () => {
    const north: Prior = (x) => (x[2] > 0.1 ? 1 : 0);
    const east: Prior = (x) => (x[1] > 0.1 ? 1 : 0);
    const d = meshDistribution(withPrior(withPrior(uniform, north), east));
    const places = d.representatives(500);
    for (let i = 0; i < 500; i++) expect(north(vectorAt(places, i)) * east(vectorAt(places, i))).toBe(1);
  });
  it("of a product is seen where either changes", () => {
    const [a, b] = [10, -10].map(
      (lat): Prior => Object.assign(() => 2, { focus: [{ centre: toVec3({ lat, lng: 0 }), width: 0.1 }] }),
    );
    const both = productOfPriors(a, b);
    expect([both(pole), both.focus?.length]).toEqual([4, 2]);
    expect(productOfPriors(a, () => 0.5).focus?.length).toBe(1);
  });
  it("that leaves nothing is an error", () => {
    expect(() => withPrior(uniform, () => 0)).toThrow("what is known leaves no place on Earth");
  });
});
