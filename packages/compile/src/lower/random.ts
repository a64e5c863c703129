/** Threefry-2x32, the counter-based generator of `jax.random` (Salmon et al., "Parallel Random Numbers", SC 2011). */
import { type Layout, prod, range } from "../value.js";
import type { Rule, Rules } from "./rule.js";

const mask = 0xffffffff;
const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];

/** Everything is int64 here, so that sums and rotations of 32-bit words do not overflow. */
function threefry(l: Layout, k0: string, k1: string, counter: string): [string, string] {
  const { graph } = l;
  const k = (n: number) => graph.scalar("uint32", n);
  const add = (a: string, b: string) => graph.node("BitwiseAnd", [graph.node("Add", [a, b]), k(mask)]);
  const xor = (a: string, b: string) => graph.node("BitwiseXor", [a, b]);
  const rotate = (a: string, by: number) => {
    const wide = graph.node("Mul", [a, k(2 ** by)]);
    return graph.node("Add", [graph.node("BitwiseAnd", [wide, k(mask)]), graph.node("Div", [wide, k(2 ** 32)])]);
  };
  const keys = [k0, k1, xor(xor(k0, k1), k(0x1bd11bda))];
  let x0 = keys[0];
  let x1 = add(counter, keys[1]);
  for (let round = 0; round < 5; round++) {
    for (const by of rotations[round % 2]) {
      x0 = add(x0, x1);
      x1 = xor(rotate(x1, by), x0);
    }
    x0 = add(x0, keys[(round + 1) % 3]);
    x1 = add(x1, add(keys[(round + 2) % 3], k(round + 1)));
  }
  return [x0, x1];
}

const randomBits: Rule = (l, [k0, k1], { shape, mode }: { shape: number[]; mode: "xor" | 0 | 1 }) => {
  const each = Math.max(prod(shape.slice(k0.shape.length)), 1);
  const keys = prod(k0.shape);
  const counter = l.graph.constant("uint32", [1, each], range(each));
  const key = (v: typeof k0) => l.reshapeRef(l.dense(v), [keys, 1]);
  const [x0, x1] = threefry(l, key(k0), key(k1), counter);
  const bits = mode === "xor" ? l.graph.node("BitwiseXor", [x0, x1]) : mode === 0 ? x0 : x1;
  const full = l.graph.node("Expand", [bits, l.graph.ints([keys, each])]);
  return [l.fromRef(l.reshapeRef(full, shape), shape, "uint32")];
};

/** Rule of `random_bits`: 32-bit words from keys and a counter. */
export const randomRules: Rules = { random_bits: randomBits };
