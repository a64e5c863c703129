import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { exportOnnx, packOnnx, quantizeOnnx, summarizeOnnx, tensor, withOutput } from "./index.js";

const float = (...shape: number[]) => ({ shape, dtype: "float32" as const });

/** y = x Wᵀ + b, then its square: a model with its weights as inputs, and the same with them inside. */
function layer(weight: Float32Array, bias: Float32Array, rows: number) {
  const [out, into] = [bias.length, weight.length / bias.length];
  const file = exportOnnx(
    (w: np.Array, b: np.Array, x: np.Array) => np.square(np.matmul(x, np.transpose(w)).add(b)),
    float(out, into),
    float(out),
    float(rows, into),
  );
  const weights = { in0: tensor(weight, [out, into]), in1: tensor(bias, [out]) };
  return packOnnx(file, { weights, names: { in2: "x", out0: "y" } });
}

const run = async (file: Uint8Array, x: Float32Array, shape: number[], output = "y") => {
  const session = await ort.InferenceSession.create(new Uint8Array(file), { logSeverityLevel: 3 });
  const result = (await session.run({ x: tensor(x, shape) }))[output];
  await session.release();
  return result;
};

describe("ONNX files", () => {
  const weight = Float32Array.of(1, 2, 3, -1, 0.5, 0);
  const file = layer(weight, Float32Array.of(10, 20), 2);

  it("hold their weights, and have names", async () => {
    expect(summarizeOnnx(file)).toEqual({
      inputs: [{ name: "x", dims: [2, 3] }],
      outputs: [{ name: "y", dims: [2, 2] }],
    });
    const { data } = await run(file, Float32Array.of(1, 1, 1, 0, 0, 2), [2, 3]);
    expect([...(data as Float32Array)]).toEqual([16 ** 2, 19.5 ** 2, 16 ** 2, 20 ** 2]);
  });

  it("give results from inside", async () => {
    expect(withOutput(file, "y").output).toBe("y");
    expect(() => withOutput(file, "nothing")).toThrow('the ONNX model has no node or result named "nothing"');
    // The one result before the square.
    const has = (name: string) => {
      try {
        return withOutput(file, name).output === name;
      } catch {
        return false;
      }
    };
    const [inner] = Array.from({ length: 50 }, (_, i) => `v${i}`).filter(has);
    const { data } = await run(withOutput(file, inner).bytes, Float32Array.of(1, 1, 1, 0, 0, 2), [2, 3], inner);
    expect([...(data as Float32Array)]).toEqual([16, 19.5, 16, 20]);
  });

  it("that are none are told from those that are", () => {
    for (const bytes of [new Uint8Array(0), Uint8Array.of(255, 255, 255, 1), new TextEncoder().encode("plain text")])
      expect(() => summarizeOnnx(bytes)).toThrow(/^not an ONNX file/);
  });

  it("cannot hold more than the format can", () => {
    const huge = { ...tensor([1], [1]), data: { byteLength: 2 ** 31 } } as never;
    expect(() => packOnnx(file, { weights: { w: huge }, names: {} })).toThrow(
      /holds 2 GiB at most, the weights take 2.0/,
    );
  });
});

describe("quantisation", () => {
  it("of the matrices changes a linear layer by less than its steps", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 2, max: 5 }), async (seed, rows) => {
        const wave = (n: number, k: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(seed + k * i * i));
        const [into, out] = [96, 64];
        const weight = wave(into * out, 0.7);
        const whole = layer(weight, wave(out, 3), rows);
        const small = quantizeOnnx(whole);
        expect(small.length).toBeLessThan(0.4 * whole.length);
        const x = wave(rows * into, 0.013);
        const [a, b] = [await run(whole, x, [rows, into]), await run(small, x, [rows, into])];
        const [exact, near] = [a.data as Float32Array, b.data as Float32Array];
        const scale = Math.sqrt(exact.reduce((s, v) => s + Math.abs(v), 0) / exact.length);
        // Rounding of 96 products: half a step of 1/63 in the weights and of 2/255 in what they are multiplied with.
        const bound = 4 * Math.sqrt(into) * (0.5 / 63 + 1 / 255) * Math.SQRT1_2;
        exact.forEach((v, i) => {
          expect(Math.abs(Math.sqrt(v) - Math.sqrt(near[i]))).toBeLessThan(bound + 1e-3 * scale);
        });
      }),
      { numRuns: 10 },
    );
  });
  it("leaves small matrices as they are", () => {
    const file = layer(new Float32Array(6), new Float32Array(2), 1);
    const same = quantizeOnnx(file);
    // But for the mention of the operators' set.
    expect(same.length - file.length).toBeLessThan(30);
  });
});
