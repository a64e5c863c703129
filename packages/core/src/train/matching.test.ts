import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellClasses } from "../net/cell-classifier.js";
import { paths } from "../path/paths.js";
import { Generator } from "../random/generator.js";
import { linearSchedule, sigmoidSchedule } from "../schedule/schedules.js";
import { angle, dot, vectorAt } from "../sphere/point.js";
import { pointInCell, quadtree } from "../sphere/quadtree.js";
import { uniformPoints } from "../sphere/sampling.js";
import { cellObjective } from "./classifying.js";
import { type ExampleSource, exampleBatches } from "./example-batches.js";
import { matchingObjective } from "./matching.js";
import type { ExampleBatch } from "./objective.js";

const places = uniformPoints(new Generator(7), 300);
const source: ExampleSource = {
  length: 300,
  batch: (indices) => ({
    n: indices.length,
    embeddings: Float32Array.from([...indices].flatMap((i) => [i + 1, -i - 1])),
    places: Float32Array.from([...indices].flatMap((i) => [...vectorAt(places, i)])),
  }),
};
const config = { input_dim: 3, dim: 8, depth: 1, expansion: 1, cond_dim: 2 };
async function batchOf(count: number, seed = 3, from = 0): Promise<ExampleBatch> {
  for await (const batch of exampleBatches(source, count, seed)(from)) return batch;
  throw new Error("no batch");
}
const floats = (t: { data: unknown }) => t.data as Float32Array;

describe("batches of examples", () => {
  it("are those of their step, wherever one began, and so is their randomness", async () => {
    const taken: ExampleBatch[] = [];
    for await (const batch of exampleBatches(source, 5, 3)(0)) if (taken.push(batch) === 6) break;
    for (const from of [0, 2, 5]) {
      const again = await batchOf(5, 3, from);
      expect(again.embeddings).toEqual(taken[from].embeddings);
      expect(again.places).toEqual(taken[from].places);
    }
    expect((await batchOf(5, 3, 4)).random.bits()).toBe(taken[4].random.bits());
    expect(new Set(taken.map((b) => b.embeddings.join())).size).toBe(6);
    expect((await batchOf(5, 4)).embeddings).not.toEqual(taken[0].embeddings);
  });
  it("keep pictures and places together, and draw all examples equally often", async () => {
    const { embeddings, places: own, n } = await batchOf(6000);
    const counts = new Uint32Array(30);
    for (let i = 0; i < n; i++) {
      const id = embeddings[2 * i] - 1;
      expect([...vectorAt(own, i)]).toEqual([...vectorAt(places, id)]);
      counts[Math.floor(id / 10)]++;
    }
    const chi = counts.reduce((s, c) => s + (c - 200) ** 2 / 200, 0);
    expect(chi).toBeLessThan(58.3); // 29 degrees of freedom, one in a thousand
  });
});

describe("what a flow or a diffusion learns from a batch", () => {
  const inputsOf = async (path: keyof typeof paths, dropout: number, n = 200, schedule = linearSchedule()) => {
    const batch = await batchOf(n);
    const told = batch.embeddings.slice();
    const objective = matchingObjective({ config, path: paths[path], schedule, dropout });
    return { batch, told, inputs: objective.inputs(batch) };
  };
  it("is a point on the way to its own place, with the target there: flows", async () => {
    const { batch, inputs } = await inputsOf("flow", 0);
    const [x, u, gamma] = [inputs.point, inputs.target, inputs.gamma].map(floats);
    for (let k = 0; k < x.length; k++) {
      const data = x[k] + (1 - gamma[Math.floor(k / 3)]) * u[k];
      expect(data).toBeCloseTo(batch.places[k], 5);
    }
  });
  it("is a point on the way to its own place, with the target there: on the sphere", async () => {
    const { batch, inputs } = await inputsOf("riemannian-flow", 0);
    const gamma = floats(inputs.gamma);
    for (let i = 0; i < batch.n; i++) {
      const [x, u, y] = [floats(inputs.point), floats(inputs.target), batch.places].map((a) => vectorAt(a, i));
      expect(Math.abs(dot(x, u))).toBeLessThan(1e-5);
      expect(angle(x, y)).toBeCloseTo((1 - gamma[i]) * Math.hypot(...u), 4);
    }
  });
  it("is the noise of its point: diffusion", async () => {
    const { batch, inputs } = await inputsOf("diffusion", 0, 200, sigmoidSchedule());
    const [x, noise, gamma] = [inputs.point, inputs.target, inputs.gamma].map(floats);
    for (let k = 0; k < x.length; k++) {
      const g = gamma[Math.floor(k / 3)];
      expect(x[k]).toBeCloseTo(Math.sqrt(g) * batch.places[k] + Math.sqrt(1 - g) * noise[k], 5);
    }
  });
  it("is at times that are uniform", async () => {
    const gammas = Float64Array.from(floats((await inputsOf("flow", 0.5, 3000)).inputs.gamma)).sort();
    const gap = Math.max(...gammas.map((g, i) => Math.abs(g - (i + 0.5) / 3000)));
    expect(gap).toBeLessThan(1.95 / Math.sqrt(3000));
  });
  it.each([0, 0.1, 1])("drops whole conditions, a share of %d", async (dropout) => {
    const { inputs, told } = await inputsOf("flow", dropout, 3000);
    const c = floats(inputs.embedding);
    let dropped = 0;
    for (let i = 0; i < 3000; i++) {
      if (c[2 * i] === 0) dropped++;
      expect([...c.subarray(2 * i, 2 * i + 2)]).toEqual(c[2 * i] === 0 ? [0, 0] : [...told.subarray(2 * i, 2 * i + 2)]);
    }
    const spread = 4 * Math.sqrt((dropout * (1 - dropout)) / 3000);
    expect(Math.abs(dropped / 3000 - dropout)).toBeLessThanOrEqual(spread);
  });
});

describe("what a classifier learns from a batch", () => {
  const tree = quadtree(Float64Array.from(places), 12);
  const depths = [1, 2];
  const classes = cellClasses(tree, depths);
  const objective = cellObjective({ cond_dim: 2, dim: 4, depth: 1, classes, offsets: true }, tree, depths);
  it("is the leaf of the place, its ancestors, and where in the leaf it lies", async () => {
    const batch = await batchOf(120);
    const { label0, label1, label2, shares } = objective.inputs(batch);
    const [coarse, middle] = depths.map((d) => tree.ancestors(d));
    for (let i = 0; i < 120; i++) {
      const leaf = Number(label2.data[i]);
      expect([label0.data[i], label1.data[i]]).toEqual([coarse[leaf], middle[leaf]]);
      const [u, v] = floats(shares).subarray(2 * i, 2 * i + 2);
      expect(angle(pointInCell(tree.cells[leaf], u, v), vectorAt(batch.places, i))).toBeLessThan(1e-5);
    }
  });
  it("has as many classes as ancestors there are at each level", () => {
    expect(classes).toEqual([...depths.map((d) => new Set(tree.ancestors(d)).size), tree.cells.length]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8 }), (depth) => {
        expect(cellClasses(tree, [depth])[0]).toBe(new Set(tree.ancestors(depth)).size);
      }),
    );
  });
});
