import * as jax from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { compile } from "../compile.js";
import type { DType } from "../dtype.js";
import { type Tensor, tensor } from "../tensor.js";

const { numpy: np } = jax;
type Arr = jax.Array;
const words = [0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff, 0xdeadbeef, 123456789];
const pairs = words.flatMap((a) => words.map((b): [number, number] => [a, b]));

/** f over all pairs of words, compiled, beside what plain JavaScript says. */
async function over(dtype: DType, f: (a: Arr, b: Arr) => Arr[], seconds = pairs): Promise<number[][]> {
  const run = compile<[Tensor, Tensor], Tensor[]>(f, { runtime: ort });
  const column = (k: 0 | 1) =>
    tensor(
      seconds.map((p) => p[k]),
      [seconds.length],
      dtype,
    );
  const got = await run(column(0), column(1));
  await run.dispose();
  return got.map((t) => Array.from(t.data as Int32Array, Number));
}

describe.each([
  ["uint32", (x: number) => x >>> 0],
  ["int32", (x: number) => x | 0],
] as const)("arithmetic of %s", (dtype, hold) => {
  it("wraps at 32 bits: sums, differences, products", async () => {
    const [sum, difference, times] = await over(dtype, (a, b) => [a.ref.add(b.ref), a.ref.sub(b.ref), a.mul(b)]);
    pairs.forEach(([a, b], i) => {
      expect([sum[i], difference[i], times[i]]).toEqual([hold(a + b), hold(a - b), hold(Math.imul(a, b))]);
    });
  });
  it("combines bits", async () => {
    const [and, or, xor] = await over(dtype, (a, b) => [
      np.bitwiseAnd(a.ref, b.ref) as Arr,
      np.bitwiseOr(a.ref, b.ref) as Arr,
      np.bitwiseXor(a, b) as Arr,
    ]);
    pairs.forEach(([a, b], i) => {
      expect([and[i], or[i], xor[i]]).toEqual([hold(a & b), hold(a | b), hold(a ^ b)]);
    });
  });
  it("shifts in zeros by any count below 32, and counts the ones of the magnitude, as numpy does", async () => {
    const shifts = words.flatMap((a) => [0, 1, 7, 16, 31].map((b): [number, number] => [a, b]));
    const [left, right, ones] = await over(
      dtype,
      (a, b) => [np.leftShift(a.ref, b.ref) as Arr, np.rightShift(a.ref, b) as Arr, np.bitwiseCount(a) as Arr],
      shifts,
    );
    shifts.forEach(([a, b], i) => {
      const count = Math.abs(hold(a)).toString(2).replaceAll("0", "").length;
      expect([left[i], right[i], ones[i]]).toEqual([hold(a << b), hold(a >>> b), count]);
    });
  });
  it("compares as numbers, with the sign that the type has", async () => {
    const [less, equal] = await over(dtype, (a, b) => [a.ref.less(b.ref), a.equal(b)]);
    pairs.forEach(([a, b], i) => {
      expect([less[i], equal[i]]).toEqual([Number(hold(a) < hold(b)), Number(a === b)]);
    });
  });
});

it("words add up and multiply along an axis, wrapping", async () => {
  const run = compile<[Tensor], Tensor[]>((x: Arr) => [x.ref.sum(0), np.prod(x, 0)], { runtime: ort });
  const [sum, times] = await run(tensor(words, [4, 2], "uint32"));
  const fold = (f: (a: number, b: number) => number, start: number) =>
    [0, 1].map((c) => [0, 1, 2, 3].reduce((s, r) => f(s, words[2 * r + c]), start) >>> 0);
  expect(Array.from(sum.data as Uint32Array)).toEqual(fold((a, b) => (a + b) | 0, 0));
  expect(Array.from(times.data as Uint32Array)).toEqual(fold(Math.imul, 1));
  await run.dispose();
});
