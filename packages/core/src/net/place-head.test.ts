import { compile, type Tensor, tensor } from "@geodrift/compile";
import type { numpy as np } from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { logSumExp } from "../density/log-sum-exp.js";
import { Generator } from "../random/generator.js";
import { dot, type Vec3 } from "../sphere/point.js";
import type { Parameters, Traced } from "./parameters.js";
import { placeFeatures } from "./place-features.js";
import { placeHead, placeHeadShapes, placeWidth, withCellFeatures } from "./place-head.js";

type Arr = np.Array;
const runtime = { runtime: ort };
const random = new Generator(13);
const rows = (t: Tensor, width: number) =>
  Array.from({ length: t.data.length / width }, (_, i) =>
    Array.from(t.data as Float32Array).slice(i * width, (i + 1) * width),
  );
const normals = (...shape: number[]) => tensor(random.normals(shape.reduce((a, b) => a * b, 1)), shape);
const softmax = (xs: number[]) => xs.map((x) => Math.exp(x - logSumExp(xs)));
const close = (got: number[], want: number[], digits = 5) => {
  expect(got.length).toBe(want.length);
  got.forEach((g, i) => {
    expect(g).toBeCloseTo(want[i], digits);
  });
};

describe("the place head", () => {
  it("is the mean of what is known of the cells, by loops", async () => {
    const config = { features: 5, sharpFeatures: 2, sharpness: 3 };
    const [into, cells] = [4, 6];
    const shapes = placeHeadShapes(config, into, cells);
    const given = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, normals(...shape)]));
    const params = withCellFeatures({ ...given, ...named(placeFeatures(5, random)) });
    const run = compile<[Parameters, Tensor], Tensor>((p: Traced, h: Arr) => placeHead(config, p, h), runtime);
    const h = normals(3, into);
    const got = rows(await run(params, h), placeWidth(config));
    const of = (name: string) => Array.from(params[`places.${name}`].data as Float32Array);
    const centre = (c: number) => of("centres").slice(3 * c, 3 * c + 3);
    const feature = (c: number, i: number) =>
      Math.cos(centre(c).reduce((s, x, d) => s + x * of("frequencies")[5 * d + i], of("phases")[i]));
    rows(h, into).forEach((row, n) => {
      const logits = Array.from({ length: cells }, (_, c) =>
        row.reduce((s, x, k) => s + x * of("cells.weight")[into * c + k], of("cells.bias")[c]),
      );
      const [soft, sharp] = [softmax(logits), softmax(logits.map((l) => 3 * l))];
      const mean = (p: number[], f: (c: number) => number) => p.reduce((s, v, c) => s + v * f(c), 0);
      const all = [
        ...[0, 1, 2, 3, 4].map((i) => mean(soft, (c) => feature(c, i))),
        ...[0, 1, 2].map((d) => mean(sharp, (c) => centre(c)[d])),
        ...[0, 1].map((i) => mean(sharp, (c) => feature(c, i))),
      ];
      close(
        got[n],
        all.map((v, k) => (v - of("mean")[k]) * of("scale")[k]),
        4,
      );
    });
    await run.dispose();
  });
  const named = ({ frequencies, phases }: ReturnType<typeof placeFeatures>) => ({
    "places.frequencies": frequencies,
    "places.phases": phases,
  });
  it("has features whose products approach a kernel: one where places coincide, falling with distance", () => {
    const n = 4000;
    const { frequencies, phases } = placeFeatures(n, new Generator(2));
    const [w, b] = [frequencies, phases].map((t) => t.data as Float32Array);
    const at = (x: Vec3, i: number) => Math.cos(b[i] + x[0] * w[i] + x[1] * w[n + i] + x[2] * w[2 * n + i]);
    const kernel = (x: Vec3, y: Vec3) =>
      Array.from({ length: n }, (_, i) => 2 * at(x, i) * at(y, i)).reduce((s, v) => s + v) / n;
    const x: Vec3 = [0, 0, 1];
    for (const angle of [0, 0.03, 0.1, 0.3, 1]) {
      const y: Vec3 = [Math.sin(angle), 0, Math.cos(angle)];
      const chord = 2 - 2 * dot(x, y);
      const want = [0.6, 0.2, 0.07, 0.025].reduce((s, l) => s + Math.exp(-chord / (2 * l * l)) / 4, 0);
      expect(Math.abs(kernel(x, y) - want)).toBeLessThan(0.06);
    }
  });
});
