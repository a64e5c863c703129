/** Baselines learn what is to be learned: the entropy of the data is the least loss there is. */
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import {
  angle,
  cellClasses,
  cellLocator,
  cellObjective,
  type ExampleBatch,
  type ExampleSource,
  exampleBatches,
  Generator,
  initTrainState,
  logPeakDensity,
  type Objective,
  quadtree,
  sampleVonMisesFisher,
  toVec3,
  train,
  vectorAt,
  vonMisesFisherLocator,
  vonMisesFisherObjective,
  warmupCosine,
} from "../index.js";

const runtime = { runtime: ort };
const width = 4;
/** Two kinds of pictures, each from a place of its own. */
const centres = [toVec3({ lat: 40, lng: 179 }), toVec3({ lat: -20, lng: -60 })];
const kappa = 60;
const entropy = -(logPeakDensity(kappa) + kappa * (1 / Math.tanh(kappa) - 1) - 1);
const random = new Generator(2);
const n = 4000;
const places = new Float64Array(3 * n);
for (let i = 0; i < n; i++) places.set(sampleVonMisesFisher(centres[i % 2], kappa, random), 3 * i);
const embeddingOf = (kind: number) => Float32Array.from({ length: width }, (_, k) => (k % 2 === kind ? 1 : -1));
const source: ExampleSource = {
  length: n,
  batch: (indices) => ({
    n: indices.length,
    embeddings: Float32Array.from([...indices].flatMap((i) => [...embeddingOf(i % 2)])),
    places: Float32Array.from([...indices].flatMap((i) => [...places.subarray(3 * i, 3 * i + 3)])),
  }),
};

async function trained(objective: Objective<ExampleBatch>, steps: number) {
  const state = initTrainState(objective, new Generator(1, 1), { average: true });
  const options = { steps, rate: warmupCosine(3e-3, 20, steps), ema: 0.9 };
  const losses: number[] = [];
  for await (const m of train(state, objective, exampleBatches(source, 128, 1), options, runtime)) losses.push(m.loss);
  const last = losses.slice(-40);
  return { params: state.params, loss: last.reduce((a, b) => a + b) / last.length };
}

describe("the concentration of a von Mises–Fisher distribution", () => {
  it("may be as high as a street is small, with a gradient that is a number", async () => {
    const config = { dim: 16, depth: 1, expansion: 2, cond_dim: width, components: 1 };
    const objective = vonMisesFisherObjective(config);
    const state = initTrainState(objective, new Generator(1, 1), { average: true });
    (state.params["kappa_predictor.1.bias"].data as Float32Array).fill(4e5);
    const options = { steps: 3, rate: warmupCosine(1e-3, 1, 3), ema: 0.9 };
    for await (const { loss } of train(state, objective, exampleBatches(source, 16, 1), options, runtime))
      expect(loss).toBeGreaterThan(1e4);
    for (const { data } of Object.values(state.params)) for (const x of data as Float32Array) expect(x).not.toBeNaN();
  });
});

describe("baselines in training", () => {
  it.each([1, 3])("von Mises–Fisher of %d components reaches the entropy", async (components) => {
    const config = { dim: 16, depth: 2, expansion: 2, cond_dim: width, components };
    const { params, loss } = await trained(vonMisesFisherObjective(config), 500);
    expect(loss).toBeGreaterThan(entropy - 0.1);
    expect(loss).toBeLessThan(entropy + 0.15);
    const locator = vonMisesFisherLocator(config, params, runtime);
    const at = await locator.logProb?.(embeddingOf(0), Float64Array.from(centres[0]), { guidance: 0 });
    expect(Math.abs((at as Float64Array)[0] - logPeakDensity(kappa))).toBeLessThan(0.4);
    await locator.dispose();
  });
  it.each([
    ["cells", [], false],
    ["hierarchical cells", [1, 2], false],
    ["hybrid", [], true],
  ] as const)("%s find the places", async (_, depths, offsets) => {
    const tree = quadtree(places, 100);
    const classes = cellClasses(tree, depths);
    const config = { cond_dim: width, dim: 32, depth: 1, classes, offsets };
    const { params } = await trained(cellObjective(config, tree, depths), 300);
    const locator = cellLocator(config, params, tree, depths, runtime);
    const options = { seed: 1, steps: 1, guidance: 0 };
    for (const kind of [0, 1]) {
      const samples = await locator.sample(embeddingOf(kind), 300, options);
      const distances = Array.from({ length: 300 }, (_, i) => angle(vectorAt(samples, i), centres[kind])).sort();
      // Of the data itself the median is √(2 log 2 / κ) = 0.152.
      expect(distances[150]).toBeGreaterThan(0.08);
      expect(distances[150]).toBeLessThan(0.2);
    }
    if (!offsets) {
      const logs = (await locator.logProb?.(embeddingOf(1), places.subarray(3, 6), { guidance: 0 })) as Float64Array;
      expect(logs[0]).toBeGreaterThan(-entropy - 3);
    }
    await locator.dispose();
  });
});
