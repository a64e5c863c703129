import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { meshDistribution } from "../density/mesh-distribution.js";
import { withPrior } from "../density/posterior.js";
import type { Prior } from "../density/prior.js";
import { initVelocity } from "../net/velocity.js";
import { paths } from "../path/paths.js";
import { Generator } from "../random/generator.js";
import { schedules } from "../schedule/schedules.js";
import { fibonacciSphere } from "../sphere/grid.js";
import { distanceKm, dot, earthRadiusKm, toLatLng, toVec3, type Vec3, vectorAt } from "../sphere/point.js";
import { uniformPoints } from "../sphere/sampling.js";
import { sampleVonMisesFisher } from "../sphere/von-mises-fisher.js";
import { fitMixture, flowAndNeighboursLocator, kernelLogDensity } from "./flow-and-neighbours.js";
import { generativeLocator } from "./generative.js";
import { exactSearch } from "./neighbour-search.js";

const options = { runtime: ort };
const random = new Generator(8);
const width = 4;
const config = { input_dim: 3, dim: 16, depth: 1, expansion: 2, cond_dim: width };
const params = initVelocity(config, random);
const flow = () => {
  const locator = generativeLocator(
    { config, params, path: paths["riemannian-flow"], schedule: schedules.sigmoid({}) },
    options,
  );
  return { ...locator, logProb: locator.logProb as NonNullable<typeof locator.logProb> };
};
// Two groups of pictures: one about the date line, one at the pole.
const kinds = [Float32Array.of(1, 0, 0, 0), Float32Array.of(0, 1, 0, 0)];
const homes = [
  { lat: -17, lng: 180 },
  { lat: 90, lng: 0 },
];
const n = 40;
const index = { embeddings: new Float32Array(n * width), places: new Float64Array(3 * n) };
for (let i = 0; i < n; i++) {
  index.embeddings.set(
    kinds[i % 2].map((x) => x + 0.01 * random.normal()),
    i * width,
  );
  index.places.set(sampleVonMisesFisher(toVec3(homes[i % 2]), 400, random), 3 * i);
}
const mixture = { widthKm: 300, weight: 0.4 };
const neighbours = 5;
const plain = flow();
const both = flowAndNeighboursLocator(flow(), exactSearch(index, width, neighbours, options), mixture);
afterAll(async () => {
  await plain.dispose();
  await both.dispose();
});
const asked = Float32Array.from([...kinds[0], ...kinds[1]]);
const kappa = (earthRadiusKm / mixture.widthKm) ** 2;

/** The five most similar by their cosines, one after the other. */
const nearestTo = (c: Float32Array): Vec3[] =>
  Array.from({ length: n }, (_, i) => {
    const row = index.embeddings.subarray(i * width, (i + 1) * width);
    const product = (a: Float32Array, b: Float32Array) => a.reduce((s, x, k) => s + x * b[k], 0);
    return [product(row, c) / Math.sqrt(product(row, row)), i] as const;
  })
    .sort((a, b) => b[0] - a[0])
    .slice(0, neighbours)
    .map(([, i]) => vectorAt(index.places, i));

describe("a flow with neighbours", () => {
  it("has w of the flow's density and 1 − w of the kernels', whatever is asked beside it", async () => {
    const points = Float64Array.from(uniformPoints(random, 20));
    const o = { guidance: 0, mode: "map" as const, steps: 4 };
    const twice = Float64Array.from([...points, ...points]);
    const [logs, own] = [await both.logProb?.(asked, twice, o), await plain.logProb(asked, twice, o)];
    kinds.forEach((kind, k) => {
      const near = nearestTo(kind);
      for (let i = 0; i < 20; i++) {
        const x = vectorAt(points, i);
        // Σ κ / (4π sinh κ) e^{κ x·y}, in a form that does not overflow.
        const kernels =
          near.reduce((s, y) => s + Math.exp(kappa * (dot(x, y) - 1)), 0) *
          (kappa / (2 * Math.PI * (1 - Math.exp(-2 * kappa)) * near.length));
        const want = Math.log(0.4 * Math.exp(own[20 * k + i]) + 0.6 * kernels);
        expect(Math.abs((logs?.[20 * k + i] as number) - want)).toBeLessThan(2e-5);
      }
    });
  });

  it("integrates to one, on a grid and on its mesh, which is as dense as it is computed", async () => {
    const grid = fibonacciSphere(8000);
    const flat = Float64Array.from(grid.flat());
    const logs = (await both.logProb?.(kinds[1], flat, { guidance: 0, mode: "map", steps: 10 })) as Float64Array;
    const total = logs.reduce((s, l) => s + Math.exp(l), 0) * ((4 * Math.PI) / grid.length);
    expect(Math.abs(total - 1)).toBeLessThan(2e-3);
    const [map] = (await both.distributions?.(kinds[1], { guidance: 0, tolerance: 0.3, maxVertices: 20_000 })) ?? [];
    const off = Array.from({ length: 300 }, (_, i) => 26 * i)
      .map((i) => Math.abs(map.logProbNats(toLatLng(grid[i])) - logs[i]))
      .sort((a, b) => a - b);
    expect(off[150]).toBeLessThan(0.05);
    expect(distanceKm(map.best, { lat: 90, lng: 0 })).toBeLessThan(600);
  });

  it("draws the flow's share of its samples from the flow, and each image's own beside others", async () => {
    const count = 3000;
    const o = { guidance: 0, seed: 4, steps: 2 };
    const samples = await both.sample(asked, count, o);
    kinds.forEach((_, k) => {
      const near = Array.from({ length: count }, (_, i) => vectorAt(samples, k * count + i)).filter(
        (x) => distanceKm(toLatLng(x), homes[k]) < 1500,
      ).length;
      // A random flow puts some percent there as well.
      expect(near / count).toBeGreaterThan(0.57);
      expect(near / count).toBeLessThan(0.66);
    });
    expect(Array.from(await both.sample(kinds[1], count, o))).toEqual(Array.from(samples.subarray(3 * count)));
  });

  it("takes priors, and leaves nothing outside of them", async () => {
    const east: Prior = (x) => (x[1] > 0 ? 1 : 0);
    const [map] = (await both.distributions?.(kinds[0], { guidance: 0, priors: [east] })) ?? [];
    const left = meshDistribution(withPrior(map.mesh, east));
    expect(left.logProbNats({ lat: -17, lng: 179 })).toBeGreaterThan(map.logProbNats({ lat: -17, lng: 179 }));
    expect(left.logProbNats({ lat: -17, lng: -179 })).toBe(Number.NEGATIVE_INFINITY);
  });

  it("has no whole distribution with guidance, and says so", async () => {
    await expect(both.distributions?.(kinds[0], { guidance: 2 })).rejects.toThrow(
      "no whole distribution with guidance, got 2",
    );
  });
});

describe("fitting the mixture", () => {
  it("finds the width and the share that pictures were made with", () => {
    const [share, widthKm] = [0.3, 120];
    const truths: Vec3[] = [];
    const near: Vec3[][] = [];
    for (let i = 0; i < 4000; i++) {
      const centres = [0, 1, 2].map(() => vectorAt(Float64Array.from(uniformPoints(random, 1)), 0));
      near.push(centres);
      truths.push(
        random.uniform() < share
          ? vectorAt(Float64Array.from(uniformPoints(random, 1)), 0)
          : sampleVonMisesFisher(centres[random.integer(3)], (earthRadiusKm / widthKm) ** 2, random),
      );
    }
    const logs = new Float64Array(truths.length).fill(-Math.log(4 * Math.PI));
    const fit = fitMixture(logs, near, truths, [30, 60, 120, 240, 480]);
    expect(fit.widthKm).toBe(120);
    expect(Math.abs(fit.weight - share)).toBeLessThan(0.03);
    // No other share is likelier.
    const nats = (w: number) =>
      truths.reduce(
        (s, x, i) =>
          s +
          Math.log(
            w * Math.exp(logs[i]) + (1 - w) * Math.exp(kernelLogDensity(x, near[i], (earthRadiusKm / 120) ** 2)),
          ),
        0,
      ) / truths.length;
    for (const d of [-0.05, 0.05]) expect(nats(fit.weight + d)).toBeLessThan(fit.nats);
  });
});
