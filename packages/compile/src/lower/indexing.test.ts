import { availableParallelism } from "node:os";
import { grad, numpy as np } from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { compile } from "../compile.js";
import { tensor } from "../tensor.js";

type Arr = np.Array;

/** At least two, on whatever machine: one thread cannot lose an update. */
const session = { intraOpNumThreads: Math.max(2, availableParallelism()) };

describe("rows that are added at indices that repeat", () => {
  // Sums of whole numbers have one right answer, in whatever order.
  it.each([1, 4, 192])("are all counted, by all threads, in every one of fifty runs, %d wide", async (width) => {
    const [cells, count] = [5, width > 4 ? 4000 : 20_000];
    const f = compile((x: Arr, i: Arr) => grad((y: Arr) => np.take(y, i, 0).sum())(x), { runtime: ort, session });
    const at = Int32Array.from({ length: count }, (_, k) => (k * k) % cells);
    const expected = new Float32Array(cells * width);
    for (const cell of at) for (let c = 0; c < width; c++) expected[cell * width + c]++;
    const args = [
      tensor(new Float32Array(cells * width), [cells, width]),
      new ort.Tensor("int32", at, [count]),
    ] as const;
    for (let run = 0; run < 50; run++) {
      const sums = (await f(...args)) as ort.Tensor;
      expect(sums.data).toEqual(expected);
    }
    await f.dispose();
  });

  it("are the gradient of a gather, as a slow loop has it", async () => {
    const [rows, width, count] = [7, 12, 500];
    const number = (k: number) => Math.fround(Math.sin(12.9898 * k) * 3);
    const weights = Float32Array.from({ length: count * width }, (_, k) => number(k));
    const at = Int32Array.from({ length: count }, (_, k) => Math.abs(Math.floor(1000 * number(k + 9000))) % rows);
    const f = compile((x: Arr, i: Arr, w: Arr) => grad((y: Arr) => np.take(y, i, 0).mul(w).sum())(x), {
      runtime: ort,
      session,
    });
    const got = (await f(
      tensor(new Float32Array(rows * width), [rows, width]),
      new ort.Tensor("int32", at, [count]),
      tensor(weights, [count, width]),
    )) as ort.Tensor;
    const slow = new Float32Array(rows * width);
    at.forEach((row, k) => {
      // In single precision and in the order of the rows, as one thread adds.
      for (let c = 0; c < width; c++) slow[row * width + c] += weights[k * width + c];
    });
    expect(got.data).toEqual(slow);
    await f.dispose();
  });
});
