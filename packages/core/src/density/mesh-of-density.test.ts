import { describe, expect, it } from "vitest";
import {
  angle,
  dot,
  earthRadiusKm,
  fibonacciSphere,
  Generator,
  logPeakDensity,
  meshDistribution,
  meshOfDensity,
  sampleVonMisesFisher,
  toLatLng,
  toVec3,
  uniformPoint,
  type Vec3,
  vectorAt,
} from "../index.js";

interface Component {
  mean: Vec3;
  kappa: number;
  weight: number;
}

const mixture = (components: readonly Component[]) => (points: Float64Array) =>
  Float64Array.from({ length: points.length / 3 }, (_, i) => {
    const x = vectorAt(points, i);
    const terms = components.map((c) => Math.log(c.weight) + logPeakDensity(c.kappa) + c.kappa * (dot(x, c.mean) - 1));
    const top = Math.max(...terms);
    return top + Math.log(terms.reduce((sum, t) => sum + Math.exp(t - top), 0));
  });
const peaks = (components: readonly Component[]) =>
  components.map((c) => ({ centre: c.mean, radius: 0.5 / Math.sqrt(c.kappa) }));

const pole = toVec3({ lat: 90, lng: 0 });
const fiji = toVec3({ lat: -17.8, lng: 178 });

describe("the von Mises–Fisher distribution on S²", () => {
  it.each([0, 0.3, 20, 1e6])("samples of concentration %d have the mean cosine of the closed form", (kappa) => {
    const random = new Generator(1);
    const n = 20_000;
    let versine = 0;
    for (let i = 0; i < n; i++) {
      const x = sampleVonMisesFisher(fiji, kappa, random);
      expect(Math.abs(Math.hypot(...x) - 1)).toBeLessThan(1e-12);
      versine += (1 - Math.cos(angle(x, fiji))) / n;
    }
    // 1 − (coth κ − 1/κ)
    const exact = kappa === 0 ? 1 : 1 / kappa - 2 / Math.expm1(2 * kappa);
    expect(versine / exact).toBeCloseTo(1, 1.5);
  });
});

describe("a sharp peak that is known of", () => {
  it.each([1e5, 1e6, 1e7])("of concentration %d keeps its mass, however coarse the mesh", async (kappa) => {
    const random = new Generator(2);
    for (let k = 0; k < 25; k++) {
      const components = [{ mean: uniformPoint(random), kappa, weight: 1 }];
      const options = { level: 2, tolerance: 2 };
      const d = meshDistribution(await meshOfDensity(mixture(components), { peaks: peaks(components) }, options));
      const away = d.mesh.masses.map((mass, t) =>
        [0, 1, 2].every(
          (c) =>
            angle(vectorAt(d.mesh.vertices, d.mesh.triangles[3 * t + c]), components[0].mean) > 8 / Math.sqrt(kappa),
        )
          ? mass
          : 0,
      );
      expect(away.reduce((a, b) => a + b)).toBeLessThan(0.01);
      expect(d.modes).toHaveLength(1);
      for (const { radiusKm } of d.regions([0.5, 0.9]))
        expect(radiusKm).toBeLessThan((8 * earthRadiusKm) / Math.sqrt(kappa));
    }
  });
});

describe("the credible level of a place", () => {
  it("is that of the closed form, and the region of its mass reaches the place", async () => {
    const kappa = 300;
    const components = [{ mean: fiji, kappa, weight: 1 }];
    const d = meshDistribution(
      await meshOfDensity(mixture(components), { peaks: peaks(components) }, { tolerance: 0.05 }),
    );
    const random = new Generator(8);
    const drawn: number[] = [];
    for (let i = 0; i < 400; i++) {
      const x = sampleVonMisesFisher(fiji, kappa, random);
      const level = d.credibleLevel(toLatLng(x));
      const versine = 1 - dot(x, fiji);
      expect(Math.abs(level - -Math.expm1(-kappa * versine))).toBeLessThan(0.06);
      drawn.push(level);
    }
    // Samples of the distribution itself meet its levels uniformly.
    for (const mass of [0.25, 0.5, 0.9])
      expect(Math.abs(drawn.filter((c) => c <= mass).length / drawn.length - mass)).toBeLessThan(0.07);
  });
  it("is spread evenly for the uniform distribution, where all places are equal", async () => {
    const mesh = await meshOfDensity((points) => new Float64Array(points.length / 3), {}, { level: 3 });
    const d = meshDistribution(mesh);
    const random = new Generator(9);
    const levels = Array.from({ length: 500 }, () => d.credibleLevel(toLatLng(uniformPoint(random))));
    expect(levels.filter((c) => c <= 0.5).length / 500).toBeCloseTo(0.5, 1);
  });
});

describe("a mesh of a known density", () => {
  it.each([0.5, 30, 1e5])("of concentration %d has entropy and radii of the closed form", async (kappa) => {
    for (const mean of [pole, fiji]) {
      const components = [{ mean, kappa, weight: 1 }];
      const mesh = await meshOfDensity(mixture(components), { peaks: peaks(components) }, { tolerance: 0.08 });
      const d = meshDistribution(mesh);
      const bits = (logPeakDensity(kappa) + kappa * (1 / Math.tanh(kappa) - 1) - 1) / Math.LN2;
      expect(Math.abs(d.localizabilityBits - bits)).toBeLessThan(0.03);
      expect(angle(toVec3(d.best), mean)).toBeLessThan(0.3 / Math.sqrt(kappa));
      for (const { mass, radiusKm } of d.regions([0.5, 0.9])) {
        // F(versine) = (1 − e^{−κ versine}) / (1 − e^{−2κ})
        const versine = -Math.log1p(mass * Math.expm1(-2 * kappa)) / kappa;
        expect(radiusKm / (earthRadiusKm * 2 * Math.asin(Math.sqrt(versine / 2)))).toBeCloseTo(1, 1.5);
      }
    }
  });
  it("has the density itself all over the globe, and integrates to one", async () => {
    const components = [
      { mean: fiji, kappa: 2000, weight: 0.8 },
      { mean: pole, kappa: 0.7, weight: 0.2 },
    ];
    const log = mixture(components);
    const random = new Generator(3);
    const samples = Float64Array.from(
      Array.from({ length: 160 }, (_, i) => [
        ...sampleVonMisesFisher(i % 5 ? fiji : pole, i % 5 ? 2000 : 0.7, random),
      ]).flat(),
    );
    const d = meshDistribution(await meshOfDensity(log, { samples }, { level: 2 }));
    const n = 40_000;
    const everywhere = fibonacciSphere(n);
    const logs = everywhere.map((x) => d.logProbNats(toLatLng(x)));
    expect(Math.abs((4 * Math.PI * logs.reduce((sum, l) => sum + Math.exp(l), 0)) / n - 1)).toBeLessThan(2e-3);
    const gaps = (places: readonly Vec3[]) =>
      places.map((x) => Math.abs(d.logProbNats(toLatLng(x)) - log(Float64Array.from(x))[0])).sort((a, b) => a - b);
    expect(gaps(everywhere.slice(0, 2000))[1000]).toBeLessThan(0.05);
    const drawn = Array.from({ length: 500 }, () => sampleVonMisesFisher(fiji, 2000, random));
    expect(gaps(drawn)[250]).toBeLessThan(0.05);
  });
  it("ends, however narrow a peak or the focus of a prior is said to be", async () => {
    for (const radius of [0, 1e-9, 1e-6]) {
      const prior = Object.assign(() => 1, { focus: [{ centre: fiji, width: radius }] });
      const mesh = await meshOfDensity(
        (p) => new Float64Array(p.length / 3),
        { peaks: [{ centre: pole, radius }] },
        { prior },
      );
      expect(mesh.vertices.length).toBeLessThan(30_000);
    }
  });
  it("of a mixture has the density, the modes and the masses of its components", async () => {
    const components = [
      { mean: pole, kappa: 400, weight: 0.6 },
      { mean: fiji, kappa: 20_000, weight: 0.3 },
      { mean: toVec3({ lat: 10, lng: 0 }), kappa: 2, weight: 0.1 },
    ];
    const log = mixture(components);
    const d = meshDistribution(await meshOfDensity(log, { peaks: peaks(components) }, { tolerance: 0.05 }));
    for (const x of [pole, fiji, toVec3({ lat: -17, lng: 178.3 }), toVec3({ lat: 20, lng: -40 })])
      expect(Math.abs(d.logProbNats(toLatLng(x)) - log(Float64Array.from(x))[0])).toBeLessThan(0.25);
    expect(d.modes[0].mass).toBeGreaterThan(0.58);
    expect(angle(toVec3(d.modes[0]), pole)).toBeLessThan(0.02);
    const second = d.modes.find((m) => angle(toVec3(m), fiji) < 0.01);
    expect(second?.mass).toBeCloseTo(0.3, 1);
  });
});

describe("what a mesh begins with", () => {
  const samples = (() => {
    const random = new Generator(4);
    return Float64Array.from(Array.from({ length: 200 }, () => [...sampleVonMisesFisher(fiji, 400, random)]).flat());
  })();
  const density = mixture([{ mean: fiji, kappa: 400, weight: 1 }]);
  /** Sizes of what is asked for, and whether that is spread over the globe. */
  const asked = async (options: Parameters<typeof meshOfDensity>[2]) => {
    const rounds: [points: number, anywhere: boolean][] = [];
    const mesh = await meshOfDensity(
      (points, anywhere) => {
        rounds.push([points.length / 3, anywhere]);
        return density(points);
      },
      { samples },
      options,
    );
    return { rounds, mesh };
  };

  it("is a globe of as many parts as asked for, or of a level, which counts more", async () => {
    expect((await asked({ parts: 5 })).rounds[0]).toEqual([252, true]);
    expect((await asked({ level: 1 })).rounds[0]).toEqual([42, true]);
    expect((await asked({ parts: 5, level: 1 })).rounds[0]).toEqual([42, true]);
    expect((await asked({})).rounds[0]).toEqual([642, true]);
  });

  it("is finer where samples are many", async () => {
    const fine = await asked({ parts: 5, mostSamples: 3 });
    const coarse = await asked({ parts: 5, mostSamples: 30 });
    expect(fine.rounds[1][0]).toBeGreaterThan(coarse.rounds[1][0]);
    // No more than three in any triangle, of those that nothing else has refined.
    const { mesh } = await asked({ parts: 5, mostSamples: 3, tolerance: Number.POSITIVE_INFINITY });
    const corners = (t: number) => [0, 1, 2].map((k) => vectorAt(mesh.vertices, mesh.triangles[3 * t + k]));
    const held = Array.from({ length: mesh.triangles.length / 3 }, (_, t) => {
      const [a, b, c] = corners(t);
      const side = (p: Vec3, q: Vec3, x: Vec3) =>
        x[0] * (p[1] * q[2] - p[2] * q[1]) + x[1] * (p[2] * q[0] - p[0] * q[2]) + x[2] * (p[0] * q[1] - p[1] * q[0]);
      return Array.from({ length: 200 }, (_, i) => vectorAt(samples, i)).filter(
        (x) => side(a, b, x) > 0 && side(b, c, x) > 0 && side(c, a, x) > 0,
      ).length;
    });
    expect(Math.max(...held)).toBeLessThanOrEqual(3);
    expect(held.reduce((x, y) => x + y)).toBe(200);
  });

  it("is refined in fewer rounds where more is refined in each", async () => {
    const [few, many] = [await asked({ bulk: 0.95, tolerance: 0.1 }), await asked({ bulk: 0.3, tolerance: 0.1 })];
    expect(few.rounds.length).toBeLessThan(many.rounds.length);
    for (const { mesh } of [few, many]) expect(mesh.variationNats).toBeLessThanOrEqual(0.1);
  });
});
