/** One suite that every method has to pass. */
import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import {
  cellClasses,
  cellLocator,
  diffusion,
  exactSearch,
  fibonacciSphere,
  flow,
  Generator,
  generativeLocator,
  initCellClassifier,
  initRegression,
  initVelocity,
  initVonMisesFisher,
  type Locator,
  localizability,
  type Path,
  quadtree,
  regressionLocator,
  retrievalLocator,
  riemannianFlow,
  sigmoidSchedule,
  uniformLocator,
  uniformPoints,
  vonMisesFisherLocator,
} from "../index.js";

const width = 6;
const runtime = { runtime: ort, session: { intraOpNumThreads: 1 } };
const velocity = { input_dim: 3, dim: 16, depth: 2, expansion: 2, cond_dim: width };
const generative = (path: Path) =>
  generativeLocator(
    { config: velocity, params: initVelocity(velocity, new Generator(3)), path, schedule: sigmoidSchedule() },
    runtime,
  );
const fisher = (components: number) => {
  const config = { dim: 16, depth: 2, expansion: 2, cond_dim: width, components };
  const params = initVonMisesFisher(config, new Generator(4));
  // Concentrations about 8, so that there is something to see.
  (params["kappa_predictor.1.bias"].data as Float32Array).fill(8);
  return vonMisesFisherLocator(config, params, runtime);
};
const pointConfig = { cond_dim: width, dim: 16, depth: 1 };

const tree = quadtree(Float64Array.from(uniformPoints(new Generator(6), 300)), 20);
const cells = (depths: readonly number[], offsets: boolean) => {
  const classes = cellClasses(tree, depths);
  const config = { ...pointConfig, classes, offsets };
  return cellLocator(config, initCellClassifier(config, new Generator(7)), tree, depths, runtime);
};

const locators: Record<string, Locator> = {
  uniform: uniformLocator(width),
  regression: regressionLocator(pointConfig, initRegression(pointConfig, new Generator(5)), runtime),
  "von Mises–Fisher": fisher(1),
  "von Mises–Fisher mixture": fisher(3),
  cells: cells([], false),
  "hierarchical cells": cells([1, 2], false),
  hybrid: cells([], true),
  retrieval: retrievalLocator(
    exactSearch(
      { embeddings: new Generator(8).normals(100 * width), places: uniformPoints(new Generator(9), 100) },
      width,
      5,
      runtime,
    ),
  ),
  "riemannian flow": generative(riemannianFlow),
  flow: generative(flow),
  diffusion: generative(diffusion),
};
afterAll(async () => {
  for (const l of Object.values(locators)) await l.dispose();
});

const random = new Generator(1);
const two = random.normals(2 * width);
const options = { seed: 7, steps: 8, guidance: 0 };
const sphere = Float64Array.from(fibonacciSphere(600).flat());

it("wants a density for localizability", async () => {
  await expect(localizability(locators.hybrid, two.slice(0, width), 10, { seed: 1, guidance: 0 })).rejects.toThrow(
    "the method has no density",
  );
});

describe.each(Object.entries(locators))("%s", (name, locator) => {
  it("draws places on the sphere, image by image", async () => {
    const samples = await locator.sample(two, 50, options);
    expect(samples.length).toBe(2 * 50 * 3);
    for (let i = 0; i < samples.length; i += 3)
      expect(Math.abs(Math.hypot(samples[i], samples[i + 1], samples[i + 2]) - 1)).toBeLessThan(1e-6);
    const second = await locator.sample(two.slice(width), 50, options);
    second.forEach((v, i) => {
      expect(v).toBeCloseTo(samples[150 + i], 4);
    });
  });
  it("repeats itself for a seed, and for another one draws others", async () => {
    const [a, again, other] = [
      await locator.sample(two, 20, options),
      await locator.sample(two, 20, options),
      await locator.sample(two, 20, { ...options, seed: 8 }),
    ];
    expect(again).toEqual(a);
    if (locator.pointwise) expect(a.slice(0, 60)).toEqual(Float64Array.from({ length: 60 }, (_, i) => a[i % 3]));
    else expect(other).not.toEqual(a);
  });
  const { logProb, distributions } = locator;
  it.runIf(logProb && name !== "diffusion" && name !== "flow")("has a density that integrates to one", async () => {
    const logs = await locator.logProb?.(two.slice(0, width), sphere, { guidance: 0 });
    const integral = (logs as Float64Array).reduce((sum, l) => sum + (4 * Math.PI * Math.exp(l)) / 600, 0);
    // Points fall into cells unevenly; smooth densities are integrated well by few.
    expect(Math.abs(integral - 1)).toBeLessThan(name.includes("cells") ? 2e-2 : 2e-3);
  });
  it.runIf(logProb && name !== "diffusion" && name !== "flow")("tells how localizable an image is", async () => {
    const c = two.slice(0, width);
    const { bits, standardError } = await localizability(locator, c, 200, { seed: 2, guidance: 0 });
    // ∫ p log₂ p by quadrature.
    const logs = (await locator.logProb?.(c, sphere, { guidance: 0 })) as Float64Array;
    const exact = logs.reduce((sum, l) => sum + (((4 * Math.PI) / 600) * Math.exp(l) * l) / Math.LN2, 0);
    expect(Math.abs(bits - exact)).toBeLessThan(4 * standardError + 0.05);
  });
  it.runIf(distributions)("has a distribution whose density is its log density", async () => {
    const c = two.slice(0, width);
    const refine = { steps: 16, guidance: 0, level: 3, tolerance: 0.1 };
    const [map, other] = (await locator.distributions?.(two, refine)) ?? [];
    const [alone] = (await locator.distributions?.(two.slice(width), refine)) ?? [];
    expect(other.localizabilityBits).toBeCloseTo(alone.localizabilityBits, 3);
    const logs = (await locator.logProb?.(c, sphere.subarray(0, 300), { guidance: 0 })) as Float64Array;
    const gaps = logs.map((l, i) => {
      const [x, y, z] = sphere.subarray(3 * i, 3 * i + 3);
      const place = { lat: (Math.asin(z) * 180) / Math.PI, lng: (Math.atan2(y, x) * 180) / Math.PI };
      return Math.abs(map.logProbNats(place) - l);
    });
    expect(gaps.sort()[Math.floor(gaps.length / 2)]).toBeLessThan(0.12);
  });
});
