import { fromBinary } from "@bufbuild/protobuf";
import { grad, jvp, lax, numpy as np } from "@jax-js/jax";
import { ModelProtoSchema } from "onnx-buf";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { compile, exportOnnx } from "../compile.js";
import { tensor } from "../tensor.js";

type Arr = np.Array;

/** How many nodes of each kind a function becomes. */
function nodes(fn: Parameters<typeof exportOnnx>[0], ...shapes: number[][]): Record<string, number> {
  const bytes = exportOnnx(fn, ...shapes.map((shape) => ({ shape, dtype: "float32" as const })));
  const counts: Record<string, number> = {};
  for (const { opType } of fromBinary(ModelProtoSchema, bytes).graph?.node ?? [])
    counts[opType] = (counts[opType] ?? 0) + 1;
  return counts;
}

const layer = (w: Arr, b: Arr) => (x: Arr) => np.matmul(x, np.transpose(w.ref)).add(b.ref);

describe("tangents that are zero", () => {
  it("of weights cost no product, no sum", () => {
    const tangent = (w: Arr, b: Arr, x: Arr, d: Arr) => jvp(layer(w, b), [x], [d])[1] as Arr;
    const { Gemm = 0, MatMul = 0, ...rest } = nodes(tangent, [4, 3], [4], [5, 3], [5, 3]);
    expect(Gemm + MatMul).toBe(1);
    expect(rest).not.toHaveProperty("Add");
    expect(rest).not.toHaveProperty("Mul");
  });

  it("leave the derivative what it is: that of a gradient, along a direction", async () => {
    const f = (w: Arr, b: Arr, gain: Arr) => (x: Arr) => {
      const h = layer(w, b)(x);
      return np.tanh(h.mul(gain.ref.add(1)).add(gain.ref));
    };
    const forward = compile(
      (w: Arr, b: Arr, gain: Arr, x: Arr, d: Arr) => jvp(f(w, b, gain), [x], [d])[1].sum() as Arr,
      { runtime: ort },
    );
    const backward = compile(
      (w: Arr, b: Arr, gain: Arr, x: Arr, d: Arr) =>
        grad((y: Arr) => f(w, b, gain)(y).sum())(x)
          .mul(d)
          .sum() as Arr,
      { runtime: ort },
    );
    const numbers = (...shape: number[]) => {
      const n = shape.reduce((a, c) => a * c);
      return tensor(
        Float32Array.from({ length: n }, (_, i) => Math.sin(3 * i + n)),
        shape,
      );
    };
    const args = [numbers(4, 3), numbers(4), numbers(4), numbers(5, 3), numbers(5, 3)];
    const [a, b] = [(await forward(...args)) as ort.Tensor, (await backward(...args)) as ort.Tensor];
    expect(Number(a.data[0])).toBeCloseTo(Number(b.data[0]), 5);
    await forward.dispose();
    await backward.dispose();
  });

  it("are those of x minus itself, if one of the two has no gradient: what they are multiplied with is not computed", async () => {
    // x² with its derivative written out.
    const square = (x: Arr) => {
      const still = lax.stopGradient(x.ref) as Arr;
      const slope = lax.stopGradient(np.sin(still.ref).mul(0).add(still.ref.mul(2))) as Arr;
      return still.ref.mul(still.ref).add(x.sub(still).mul(slope));
    };
    expect(nodes(square, [3])).toEqual({ Mul: 1 });
    expect(nodes((x: Arr, d: Arr) => jvp(square, [x], [d])[1] as Arr, [3], [3])).toEqual({ Mul: 2 });
    const both = compile((x: Arr) => [square(x.ref), grad((y: Arr) => square(y).sum())(x) as Arr], { runtime: ort });
    const [value, slope] = (await both(tensor([1, -2, 3], [3]))) as ort.Tensor[];
    expect([...(value.data as Float32Array), ...(slope.data as Float32Array)]).toEqual([1, 4, 9, 2, -4, 6]);
    await both.dispose();
  });

  it("are not those of x minus x, which may be infinite, and are those of a number's factor", async () => {
    expect(nodes((x: Arr) => x.ref.sub(x), [3])).toEqual({ Sub: 1 });
    expect(nodes((x: Arr) => np.sin(x.ref).mul(0).add(x), [3])).not.toHaveProperty("Sin");
  });

  it("are zero, whatever shape they are brought into", async () => {
    const closed = np.zeros([2, 3]);
    const g = compile(
      (x: Arr) =>
        closed.ref
          .reshape([3, 2])
          .transpose()
          .mul(x.ref)
          .sum(0)
          .add(lax.stopGradient(x) as Arr),
      {
        runtime: ort,
      },
    );
    const x = tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    expect(((await g(x)) as ort.Tensor).data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
    await g.dispose();
  });
});
