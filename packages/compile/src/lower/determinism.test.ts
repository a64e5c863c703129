/** The same bits in every run, with several threads: what training that goes on after a stop rests on. */
import { grad, lax, nn, numpy as np } from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { compile, type TensorTree } from "../compile.js";
import { tensor } from "../tensor.js";

type Arr = np.Array;
const session = { intraOpNumThreads: 4 };

/** Numbers of very different sizes, so that another order of a sum shows. */
const spread = (n: number) =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(12.9898 * i) * 10 ** (((i * 7) % 9) - 4));
const some = (...shape: number[]) => tensor(spread(shape.reduce((a, b) => a * b)), shape);

const sum = (f: (x: Arr) => Arr) => (x: Arr) => f(x).sum();

const pictures = [some(8, 16, 32, 32), some(24, 16, 3, 3)] as const;
const padding: [number, number] = [1, 1];
const convolved = (x: Arr, w: Arr) => lax.convGeneralDilated(x, w, [2, 2], [padding, padding]) as Arr;

// One for every kind of kernel that graphs of ours have: products, sums, normalisations, convolutions, windows, gathering, sorting.
const cases: [string, (...args: Arr[]) => Arr, ...ReturnType<typeof some>[]][] = [
  ["products", (a, b) => np.matmul(a, b), some(300, 700), some(700, 200)],
  ["products of many matrices", (a, b) => np.matmul(a, b), some(16, 60, 90), some(16, 90, 50)],
  ["products with one column", (a, b) => np.matmul(a, b), some(500, 3000), some(3000, 1)],
  ["sums over rows", (a) => a.sum(0), some(20_000, 17)],
  ["sums over columns", (a) => a.sum(1), some(17, 20_000)],
  ["sums over all", (a) => a.sum(), some(300_000)],
  ["softmax", (a) => nn.softmax(a), some(64, 4096)],
  ["layer normalisation", (a) => nn.standardize(a, -1), some(512, 768)],
  ["its gradient", grad(sum((a) => np.sin(nn.standardize(a, -1)))) as (a: Arr) => Arr, some(512, 768)],
  ["GELU", (a) => nn.gelu(a, { approximate: false }), some(512, 2048)],
  ["its gradient", grad(sum((a) => nn.gelu(a, { approximate: false }))) as (a: Arr) => Arr, some(512, 2048)],
  ["convolutions", (x, w) => convolved(x, w), ...pictures],
  [
    "gradients of convolutions by weights",
    (x, w) => grad((v: Arr) => np.sin(convolved(x, v)).sum())(w) as Arr,
    ...pictures,
  ],
  [
    "gradients of convolutions by inputs",
    (x, w) => grad((v: Arr) => np.sin(convolved(v, w)).sum())(x) as Arr,
    ...pictures,
  ],
  ["sorting", (a) => np.sort(a), some(40, 5000)],
  ["transposes and sums", (a) => np.transpose(a, [2, 0, 1]).mul(3).sum(-1), some(40, 50, 60)],
];

describe("the same bits come out of", () => {
  it.each(cases)("%s", async (_, fn, ...args) => {
    const f = compile<TensorTree[], ort.Tensor>(fn, { runtime: ort, session });
    // Compared as bytes: a matcher looks at a million numbers one by one.
    const bytes = async () => Buffer.from(((await f(...args)).data as Float32Array).slice().buffer);
    const first = await bytes();
    for (let run = 0; run < 15; run++) expect((await bytes()).equals(first)).toBe(true);
    await f.dispose();
  });
});
