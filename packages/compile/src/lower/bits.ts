/** Bitwise operators on 32-bit words, which travel as int64 wherever the runtime has no kernel for them. */
import { Onnx } from "../graph.js";
import type { Value } from "../value.js";
import { promoted } from "./elementwise.js";
import type { Rule, Rules } from "./rule.js";

const bitCombine: Rule = (l, [a, b], { op }, [out]) => {
  const [x, y] = [promoted(l, a, out.dtype), promoted(l, b, out.dtype)];
  const name = { and: "And", or: "Or", xor: "Xor" }[op as "and" | "or" | "xor"];
  return [l.op(out.dtype, out.dtype === "bool" ? name : `Bitwise${name}`, [x, y])];
};

const bitShift: Rule = (l, [a, b], { op }) => {
  // Shifts exist for unsigned tensors only, and jax-js shifts in zeros for signed integers too.
  const word = (v: Value, ref: string) =>
    v.dtype === "int32"
      ? l.graph.node("BitwiseAnd", [l.cast(ref, Onnx.INT64), l.graph.scalar("uint32", 0xffffffff)])
      : ref;
  const direction = op === "shl" ? "LEFT" : "RIGHT";
  const shifted = l.elementwise("uint32", [a, b], ([x, y]) => {
    const [bits, count] = [word(a, x), word(b, y)].map((ref) => l.cast(ref, Onnx.UINT64));
    return l.cast(l.graph.node("BitShift", [bits, count], { direction }), Onnx.INT64);
  });
  const held = l.wrap(shifted);
  return [a.dtype === "uint32" ? held : { ...held, ref: l.cast(held.ref, Onnx.INT32), dtype: "int32" }];
};

/** Population count by adding neighbours: pairs, nibbles, bytes. */
const bitCount: Rule = (l, [x]) => {
  const { graph } = l;
  const k = (n: number) => graph.scalar("uint32", n);
  const and = (a: string, n: number) => graph.node("BitwiseAnd", [a, k(n)]);
  const half = (a: string, by: number) => graph.node("Div", [a, k(by)]);
  const sum = (a: string, b: string) => graph.node("Add", [a, b]);
  let v = and(x.dtype === "int32" ? l.cast(l.ref(x), Onnx.INT64) : l.ref(x), 0xffffffff);
  v = sum(and(v, 0x55555555), and(half(v, 2), 0x55555555));
  v = sum(and(v, 0x33333333), and(half(v, 4), 0x33333333));
  v = sum(and(v, 0x0f0f0f0f), and(half(v, 16), 0x0f0f0f0f));
  v = graph.node("Mod", [v, k(255)]);
  return [{ ...x, literal: undefined, ref: l.cast(v, Onnx.INT32), dtype: "int32" }];
};

/** Rules of the primitives on the bits of 32-bit words: and, or, xor, shifts, population count. */
export const bitRules: Rules = { bit_combine: bitCombine, bit_shift: bitShift, bit_count: bitCount };
