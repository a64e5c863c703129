/** Reductions and products: sums over axes, `dot`. */
import { isFloat } from "../dtype.js";
import { Onnx } from "../graph.js";
import {
  commonShape,
  isAbsorbing,
  type Layout,
  literal,
  prod,
  range,
  storageOrder,
  type Value,
  zeros,
} from "../value.js";
import { mul, promoted, scale } from "./elementwise.js";
import { noteSum } from "./normalization.js";
import type { Rule, Rules } from "./rule.js";
import { slice } from "./shape.js";

const operators = { Add: "ReduceSum", Mul: "ReduceProd", Min: "ReduceMin", Max: "ReduceMax" } as const;

/**
 * Sum, product, minimum or maximum over logical axes, which disappear; axes along which the value is constant are
 * reduced in closed form. Of bool, Min is and, Max is or.
 */
export function reduce(l: Layout, v: Value, op: keyof typeof operators, axes: readonly number[]): Value {
  if (op === "Mul" && v.dtype === "uint32") return productOfWords(l, v, axes);
  // A power of integers would go through floats: store the repeats and multiply.
  const repeated = op === "Mul" && !isFloat(v.dtype) && axes.some((a) => v.axes[a] === null && v.shape[a] !== 1);
  const x = repeated ? l.fromRef(l.dense(v), v.shape, v.dtype) : v;
  const gone = new Set(axes);
  const kept = range(x.shape.length).filter((a) => !gone.has(a));
  const shape = kept.map((a) => x.shape[a]);
  const repeats = prod(axes.filter((a) => x.axes[a] === null).map((a) => x.shape[a]));
  const physical = axes.map((a) => x.axes[a]).filter((p) => p !== null);
  const inner = x.dtype === "bool" ? { ...x, ref: l.cast(l.ref(x), Onnx.INT32), literal: undefined } : x;
  const root = op === "Add" && physical.length > 0 && !l.shared.has(x.ref) ? l.squares.get(x.ref) : undefined;
  let y: Value;
  if (x.literal !== undefined || physical.length === 0) {
    y = { ...inner, axes: kept.map((a) => x.axes[a]), shape };
  } else {
    const operator = root ? "ReduceSumSquare" : operators[op];
    const ref = l.graph.node(operator, [root ?? inner.ref, l.graph.ints(physical)], { keepdims: 0 });
    const order = storageOrder(x).filter((a) => !gone.has(a));
    y = l.stored(
      ref,
      order.map((a) => kept.indexOf(a)),
      shape,
      x.dtype,
    );
  }
  if (x.dtype === "bool") return { ...y, ref: l.cast(y.ref, Onnx.BOOL) };
  if (op === "Add" && x.literal === undefined && repeats === 1)
    noteSum(l, y, root ? { ...x, ref: root } : x, axes, root !== undefined);
  if (repeats !== 1 && op === "Add") return scale(l, y, repeats);
  if (repeats !== 1 && op === "Mul") return l.op(y.dtype, "Pow", [y, literal(y.dtype, [], repeats)]);
  return op === "Mul" || op === "Add" ? l.wrap(y) : y;
}

/** The carrier of uint32 overflows in a long product, so it is masked after every factor. */
function productOfWords(l: Layout, v: Value, axes: readonly number[]): Value {
  let y = v;
  for (const axis of [...axes].sort((a, b) => b - a)) {
    const shape = y.shape.toSpliced(axis, 1);
    const factors = range(y.shape[axis]).map((i) => l.reshape(slice(l, y, [{ axis, start: i, end: i + 1 }]), shape));
    y = factors.reduce((a, b) => mul(l, a, b), literal("uint32", shape, 1));
  }
  return y;
}

/**
 * Σ x·y over the last axis, with broadcasting: [..., k] and [..., k] to [...]. Of the other axes, those that vary in
 * both operands are a batch, those in x alone are rows, those in y alone are columns; the product then is a matrix
 * product, whatever order the axes lie in.
 */
export function dot(l: Layout, x: Value, y: Value): Value {
  const shape = commonShape(x.shape, y.shape);
  if (isAbsorbing(x) || isAbsorbing(y)) return zeros(x.dtype, shape.slice(0, -1));
  const rank = shape.length;
  const [a, b] = [l.broadcastTo(x, shape), l.broadcastTo(y, shape)];
  const k = rank - 1;
  if (shape[k] === 1 || a.axes[k] === null || b.axes[k] === null) {
    // No matrix product: one side is constant along the contracted axis.
    const sum = (v: Value): Value => reduce(l, v, "Add", [k]);
    if (a.axes[k] === null && b.axes[k] === null) return sum(mul(l, a, b));
    const unsummed = a.axes[k] === null ? a : b;
    const dropped = { ...unsummed, axes: unsummed.axes.slice(0, k), shape: shape.slice(0, k) };
    return mul(l, sum(unsummed === a ? b : a), dropped);
  }
  const batch = storageOrder(a).filter((i) => i !== k && b.axes[i] !== null);
  const rows = storageOrder(a).filter((i) => i !== k && b.axes[i] === null);
  const columns = storageOrder(b).filter((i) => i !== k && a.axes[i] === null);
  const out = [...batch, ...rows, ...columns];
  const outShape = shape.slice(0, k);
  if (rows.length === 0 && columns.length === 0) return reduce(l, l.op(a.dtype, "Mul", [a, b]), "Add", [k]);
  const sizes = (axes: number[]) => axes.map((i) => shape[i]);
  const batched = batch.length > 0 || !isFloat(a.dtype) || a.dtype === "float16";
  // A batched product wants its second operand with the contracted axis first: moved there at once, if it must move.
  const [left, right] = [operand(l, a, batch, rows, k), operand(l, b, batch, columns, k, batched)];
  const flat = [...sizes(batch), left.free, right.free];
  const result = (ref: string) => l.stored(reshaped(l, ref, flat, sizes(out)), out, outShape, a.dtype);
  if (batched) return l.wrap(result(batchedProduct(l, sizes(batch).length, left, right)));
  const value = result(matrixProduct(l, left, right));
  l.products.set(value.ref, { columns, withBias: (bias) => result(matrixProduct(l, left, right, bias)) });
  return value;
}

interface Operand {
  /** [batch…, free, contracted] or [batch…, contracted, free]. */
  ref: string;
  contractedFirst: boolean;
  /** Product of the sizes of the free axes. */
  free: number;
}

/**
 * The tensor with its free axes merged, in whichever of the two orders it lies, and else with the free ones first.
 * @param rather the contracted axis first, if it lies in neither
 */
function operand(l: Layout, v: Value, batch: number[], free: number[], k: number, rather = false): Operand {
  const lies = storageOrder(v).join();
  const contractedFirst = lies === [...batch, k, ...free].join() || (rather && lies !== [...batch, ...free, k].join());
  const order = contractedFirst ? [...batch, k, ...free] : [...batch, ...free, k];
  const sizes = (axes: number[]) => axes.map((a) => v.shape[a]);
  const size = prod(sizes(free));
  const merged = contractedFirst ? [v.shape[k], size] : [size, v.shape[k]];
  return {
    ref: reshaped(l, l.permuted(v, order), sizes(order), [...sizes(batch), ...merged]),
    contractedFirst,
    free: size,
  };
}

function reshaped(l: Layout, ref: string, before: readonly number[], after: readonly number[]): string {
  return before.length === after.length && before.every((d, i) => d === after[i]) ? ref : l.reshapeRef(ref, after);
}

function matrixProduct(l: Layout, x: Operand, y: Operand, ...bias: string[]): string {
  const attrs = { transA: x.contractedFirst ? 1 : 0, transB: y.contractedFirst ? 0 : 1 };
  return l.graph.node("Gemm", [x.ref, y.ref, ...bias], attrs);
}

function batchedProduct(l: Layout, batch: number, x: Operand, y: Operand): string {
  // ONNX Runtime folds these transposes into the product where it can.
  const perm = [...range(batch), batch + 1, batch];
  const flip = (ref: string) => l.graph.node("Transpose", [ref], { perm });
  return l.graph.node("MatMul", [x.contractedFirst ? flip(x.ref) : x.ref, y.contractedFirst ? y.ref : flip(y.ref)]);
}

const reduceRule: Rule = (l, [x], { op, axis }) => [reduce(l, x, op, axis)];

/** Rules of `reduce` and `dot`. */
export const reduceRules: Rules = {
  reduce: reduceRule,
  dot: (l, [x, y], _, [out]) => [dot(l, promoted(l, x, out.dtype), promoted(l, y, out.dtype))],
};
