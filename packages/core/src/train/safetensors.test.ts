import { tensor } from "@geodrift/compile";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSafetensors, writeSafetensors } from "./safetensors.js";

const file = (header: unknown, data = new Uint8Array(0)): Uint8Array => {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const out = new Uint8Array(8 + json.length + data.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
  out.set(json, 8);
  out.set(data, 8 + json.length);
  return out;
};

describe("safetensors", () => {
  it("come back as they were written, whatever the names and shapes", () => {
    const record = fc.dictionary(
      fc.string({ minLength: 1 }).filter((s) => !["__metadata__", "__proto__"].includes(s)),
      fc.array(fc.float({ noNaN: true }), { maxLength: 9 }),
    );
    fc.assert(
      fc.property(record, (values) => {
        const tensors = Object.fromEntries(Object.entries(values).map(([k, v]) => [k, tensor(v, [v.length])]));
        const back = readSafetensors(writeSafetensors({ tensors, metadata: { a: "b" } }));
        expect(back.metadata).toEqual({ a: "b" });
        expect(Object.keys(back.tensors).sort()).toEqual(Object.keys(tensors).sort());
        for (const [k, v] of Object.entries(values))
          expect([...(back.tensors[k].data as Float32Array)]).toEqual(v.map(Math.fround));
      }),
    );
  });
  it("keep eleven bits of a float in half precision, and read bfloat16", () => {
    const values = [0, -0, 1, -2.5, 65504, 6e-8, 1e-9, 0.333333, 1e9, Number.NEGATIVE_INFINITY];
    const { tensors } = readSafetensors(
      writeSafetensors({ tensors: { x: tensor(values, [10]) }, metadata: {} }, { half: () => true }),
    );
    const back = [...(tensors.x.data as Float32Array)];
    expect(back.slice(0, 5)).toEqual(values.slice(0, 5));
    expect(back[5]).toBeCloseTo(6e-8, 9);
    expect(back[6]).toBe(0);
    expect(Math.abs(back[7] / 0.333333 - 1)).toBeLessThan(2 ** -11);
    expect(back.slice(8)).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    const bf = file({ x: { dtype: "BF16", shape: [1], data_offsets: [0, 2] } }, Uint8Array.of(0x49, 0x40));
    expect((readSafetensors(bf).tensors.x.data as Float32Array)[0]).toBeCloseTo(3.140625, 6);
  });
  it("may have equal keys in different objects, and braces in names", () => {
    const entry = (from: number) => ({ dtype: "F64", shape: [1], data_offsets: [from, from + 8] });
    const odd = { '{"dtype": 1}': entry(0), "a\\": entry(8), __metadata__: { dtype: "}", shape: "x" } };
    expect(Object.keys(readSafetensors(file(odd, new Uint8Array(16))).tensors)).toEqual(['{"dtype": 1}', "a\\"]);
  });
  it("say in one sentence what is wrong with a damaged file", () => {
    const f32 = (shape: number[], data_offsets: number[]) => ({ dtype: "F32", shape, data_offsets });
    const cases: [Uint8Array, RegExp][] = [
      [new Uint8Array(3), /has 3 bytes/],
      [Uint8Array.of(255, 255, 255, 255, 255, 255, 0, 0), /header claims/],
      [Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 1), /header claims 200 bytes, but the file has 9/],
      [file("{nonsense"), /not JSON/],
      [file("null"), /not a JSON object/],
      [file({ x: null }), /"x" lacks a shape or offsets/],
      [file({ x: f32([2], [0, 8]) }, new Uint8Array(4)), /"x" ends at byte 8, but the data has 4/],
      [file({ x: f32([2], [0, 4]) }, new Uint8Array(4)), /"x" of shape \[2\] takes 8 bytes, not 4/],
      [
        file({ x: f32([1], [0, 4]), y: f32([1], [2, 6]) }, new Uint8Array(6)),
        /"y" begins at byte 2, where 4 is expected/,
      ],
      [file({ x: f32([1], [4, 8]) }, new Uint8Array(8)), /"x" begins at byte 4, where 0 is expected/],
      [file({ x: f32([-1], [0, 4]) }, new Uint8Array(4)), /lacks a shape or offsets/],
      [file({ x: f32([1], [8, 4]) }, new Uint8Array(8)), /"x" begins at byte 8/],
      [file({ x: f32([1], [0, 4]) }, new Uint8Array(9)), /data has 9 bytes, but its tensors end at 4/],
      [
        file(
          '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}',
          new Uint8Array(4),
        ),
        /has the key "x" twice/,
      ],
      [
        file('{"x":{"dtype":"F32","shape":[1],"shape":[2],"data_offsets":[0,8]}}', new Uint8Array(8)),
        /has the key "shape" twice/,
      ],
      [file({ x: { dtype: "Q9", shape: [1], data_offsets: [0, 4] } }, new Uint8Array(4)), /unknown type Q9/],
    ];
    for (const [bytes, message] of cases) expect(() => readSafetensors(bytes)).toThrow(message);
  });
});
