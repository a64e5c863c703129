import { compile, type Tensor, tensor } from "@geodrift/compile";
import * as jax from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import type { Parameters, Traced } from "../net/parameters.js";
import { initScorer, type ScorerConfig, scorerPictures, scorerPlaces } from "../net/scorer.js";
import { Generator } from "../random/generator.js";
import { clipGradients, warmedDecay } from "./optimizer.js";
import { warmupConstantDecay } from "./rates.js";
import { scorerLoss } from "./scoring.js";

const config: ScorerConfig = {
  trunk: { size: 16, stem: 4, stages: [{ channels: 6, blocks: 1 }], squeeze: 4, hidden: 8, embedding: 6 },
  octaves: 3,
  places: { dim: 8, depth: 1 },
  space: 5,
  attributes: { kind: 3, month: 4 },
  temperature: 0.2,
};
const random = new Generator(2);
const params = initScorer(config, random);
const n = 4;
const pixels = tensor(
  Float32Array.from({ length: n * 768 }, () => random.uniform()),
  [n, 3, 16, 16],
);
const places = tensor(random.normals(n * 12), [n, 2, 6]);
const classes = { kind: tensor([0, 2, 1, 1], [n], "int32"), month: tensor([3, -1, 0, -1], [n], "int32") };

const loss = compile<[Parameters, Tensor, Tensor, Record<string, Tensor>], [[Tensor, Tensor], Parameters]>(
  (p: Traced, x, y, c) =>
    jax.valueAndGrad(
      (q: Traced) => {
        const own = Object.fromEntries(Object.entries(c).map(([k, v]) => [k, (v as jax.Array).ref]));
        return scorerLoss(config, q, x.ref, y.ref, own) as never;
      },
      { hasAux: true },
    )(p as never) as never,
  { runtime: ort },
);
const seen = compile<[Parameters, Tensor], { embedding: Tensor; logits: Record<string, Tensor> }>(
  (p: Traced, x) => scorerPictures(config, p, x),
  { runtime: ort },
);
const placed = compile<[Parameters, Tensor], Tensor>((p: Traced, y) => scorerPlaces(config, p, y), { runtime: ort });

const rows = ({ data, dims }: Tensor): number[][] =>
  Array.from({ length: dims[0] }, (_, i) => Array.from(data as Float32Array).slice(i * dims[1], (i + 1) * dims[1]));
const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * b[i], 0);
const logSum = (xs: number[]) => Math.log(xs.reduce((sum, x) => sum + Math.exp(x), 0));

describe("the judge", () => {
  it("puts pictures and places on one unit sphere", async () => {
    const { embedding } = await seen(params, pixels);
    for (const row of [...rows(embedding), ...rows(await placed(params, places))])
      expect(dot(row, row)).toBeCloseTo(1, 5);
  });

  it("loses the contrast both ways, and what attributes there are", async () => {
    const [[sum, contrast]] = await loss(params, pixels, places, classes);
    const { embedding, logits } = await seen(params, pixels);
    const [a, b] = [rows(embedding), rows(await placed(params, places))];
    const cosines = a.map((x) => b.map((y) => dot(x, y) / config.temperature));
    const each = cosines.map((row, i) => (logSum(row) + logSum(cosines.map((r) => r[i]))) / 2 - row[i]);
    const wanted = each.reduce((s, v) => s + v) / n;
    expect(contrast.data[0]).toBeCloseTo(wanted, 4);
    let attributes = 0;
    for (const name of ["kind", "month"] as const)
      rows(logits[name]).forEach((row, i) => {
        const own = classes[name].data[i] as number;
        if (own >= 0) attributes += (logSum(row) - row[own]) / n;
      });
    expect(sum.data[0]).toBeCloseTo(wanted + attributes, 4);
  });

  it("has gradients that finite differences agree with", async () => {
    const [, gradients] = await loss(params, pixels, places, classes);
    for (const name of ["heads.picture.weight", "heads.month.weight", "places.layers.0.weight"]) {
      const slope = gradients[name].data as Float32Array;
      const k = slope.reduce((best, v, i) => (Math.abs(v) > Math.abs(slope[best]) ? i : best), 0);
      const at = async (h: number) => {
        const moved = (params[name].data as Float32Array).slice();
        moved[k] += h;
        const [[value]] = await loss({ ...params, [name]: tensor(moved, params[name].dims) }, pixels, places, classes);
        return value.data[0] as number;
      };
      const difference = ((await at(1e-2)) - (await at(-1e-2))) / 2e-2;
      expect(Math.abs(difference - slope[k]), name).toBeLessThan(0.02 * Math.abs(slope[k]) + 2e-3);
    }
  });
});

describe("small parts of trainings", () => {
  it("clip gradients to a length in common, and say what it was", () => {
    const gradients = { a: tensor([3, 0], [2]), b: tensor([4], [1]) };
    expect(clipGradients(gradients, 1)).toBeCloseTo(5, 6);
    expect([...gradients.a.data, ...gradients.b.data].map(Number)).toEqual([
      expect.closeTo(0.6, 6),
      0,
      expect.closeTo(0.8, 6),
    ]);
    expect(clipGradients(gradients, 10)).toBeCloseTo(1, 6);
    expect(gradients.b.data[0]).toBeCloseTo(0.8, 6);
  });

  it("warm averages up, so that the first weights are forgotten", () => {
    expect(warmedDecay(0.999, 1)).toBeCloseTo(2 / 11, 9);
    expect(warmedDecay(0.999, 1e6)).toBe(0.999);
  });

  it("warm a rate up, keep it, and let it fall in the end", () => {
    const rate = warmupConstantDecay(2, 10, 0.25, 100);
    expect([0, 4, 9, 50, 74].map(rate)).toEqual([0.2, 1, 2, 2, 2]);
    expect(rate(87)).toBeCloseTo((2 * 13) / 25, 9);
    expect(rate(99)).toBeCloseTo(2 / 25, 9);
  });
});
