import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DType } from "./dtype.js";
import { receivedTensors, sentTensors, tensor } from "./tensor.js";

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
const sizeOf = (s: readonly number[]) => s.reduce((a, b) => a * b, 1);

describe("tensors", () => {
  it("hold lists of every type as it stores them, in a copy", () => {
    const types: DType[] = ["float32", "float64", "float16", "int32", "uint32", "bool"];
    fc.assert(
      fc.property(shape, fc.constantFrom(...types), (s, dtype) => {
        const numbers = Array.from({ length: sizeOf(s) }, (_, i) => i % 2);
        const t = tensor(numbers, s, dtype);
        expect([t.type, [...t.dims], Array.from(t.data as Float32Array)]).toEqual([dtype, s, numbers]);
        numbers.fill(7);
        expect(Array.from(t.data as Float32Array).includes(7)).toBe(false);
      }),
    );
    expect(tensor([-1], [1], "uint32").data[0]).toBe(4294967295);
    expect(tensor([0.1], [], "float32").data[0]).toBe(Math.fround(0.1));
  });
  it("use a typed array as it is", () => {
    const data = Float64Array.of(1, 2);
    expect(tensor(data, [2, 1], "float64").data).toBe(data);
    expect(() => tensor(data, [2], "float32")).toThrow(TypeError);
  });
  it("refuse a shape that does not hold the elements", () => {
    fc.assert(
      fc.property(shape, fc.integer({ min: 0, max: 300 }), (s, n) => {
        fc.pre(n !== sizeOf(s));
        expect(() => tensor(new Float32Array(n), s)).toThrow(
          `tensor: shape [${s}] holds ${sizeOf(s)} elements, got ${n}`,
        );
      }),
    );
  });
  it("go from thread to thread and are the same there", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), shape, { maxKeys: 4 }), (shapes) => {
        const all = Object.fromEntries(
          Object.entries(shapes).map(([name, s], i) => [
            name,
            i % 2
              ? tensor(
                  Int32Array.from({ length: sizeOf(s) }, (_, k) => k - 2),
                  s,
                  "int32",
                )
              : tensor(Float32Array.from({ length: sizeOf(s) }, Math.sin), s),
          ]),
        );
        const received = receivedTensors(structuredClone(sentTensors(all)));
        expect(Object.keys(received)).toEqual(Object.keys(all));
        for (const [name, t] of Object.entries(all))
          expect([received[name].type, received[name].dims, received[name].data]).toEqual([t.type, t.dims, t.data]);
      }),
    );
    const data = Float32Array.of(1);
    expect(sentTensors({ a: tensor(data, [1]) }).a.data).toBe(data);
    expect(() => receivedTensors({ a: { data, dims: [2], type: "float32" } })).toThrow(RangeError);
  });
});
