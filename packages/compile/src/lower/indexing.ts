/** Gather, scatter, sorting. */
import { type DType, isFloat } from "../dtype.js";
import { Onnx } from "../graph.js";
import { commonShape, type Layout, prod, range, type Value } from "../value.js";
import type { Rule, Rules } from "./rule.js";

/** Index tensors as int64, broadcast to their common shape. */
function common(l: Layout, indices: readonly Value[]): { refs: string[]; shape: readonly number[] } {
  const shape = indices.map((v) => v.shape).reduce<readonly number[]>(commonShape, []);
  const refs = indices.map((v) => {
    const dense = l.dense(l.broadcastTo(v, shape));
    return v.dtype === "uint32" ? dense : l.cast(dense, Onnx.INT64);
  });
  return { refs, shape };
}

/** Indexed axes go first and merge into one, so that one linear index addresses them. */
function linear(l: Layout, refs: readonly string[], sizes: readonly number[]): string {
  const { graph } = l;
  return refs
    .map((ref, i) => {
      const stride = prod(sizes.slice(i + 1));
      return stride === 1 ? ref : graph.node("Mul", [ref, graph.scalar("uint32", stride)]);
    })
    .reduce((a, b) => graph.node("Add", [a, b]));
}

const gather: Rule = (l, [x, ...indices], { axis, outDim }: { axis: number[]; outDim: number }, [out]) => {
  const { graph } = l;
  const others = range(x.shape.length).filter((a) => !axis.includes(a));
  const sizes = axis.map((a) => x.shape[a]);
  const { refs, shape } = common(l, indices);
  // The runtime refuses indices out of range; jax-js does not define them. Hold them inside.
  const held = refs.map((ref, i) =>
    graph.node("Clip", [ref, graph.scalar("uint32", 0), graph.scalar("uint32", sizes[i] - 1)]),
  );
  const flat = l.reshape(l.transpose(x, [...axis, ...others]), [prod(sizes), ...others.map((a) => x.shape[a])]);
  const ref = graph.node("Gather", [l.dense(flat), linear(l, held, sizes)], { axis: 0 });
  const picked = l.fromRef(ref, [...shape, ...others.map((a) => x.shape[a])], x.dtype);
  const k = shape.length;
  const rest = range(others.length).map((i) => k + i);
  const perm = [...rest.slice(0, outDim), ...range(k), ...rest.slice(outDim)];
  return [{ ...l.transpose(picked, perm), shape: out.shape }];
};

interface ScatterParams {
  op: string;
  shape: number[];
  axis: number[];
  outDim: number;
  uniqueIndices: boolean;
}

/**
 * Writes or adds rows [count, width] into rows of zeros, at indices [count] that may repeat, one after the other: the same
 * bits with any number of threads. `ScatterND` with a reduction loses updates where two threads meet at one row
 * (onnxruntime #18048); `ScatterElements` runs in one thread, and is told the row of every element.
 */
function scatterInTurn(
  l: Layout,
  type: DType,
  [rows, width]: readonly [number, number],
  indices: string,
  updates: string,
  attributes: { reduction: "none" | "max" | "add" },
): string {
  const { graph } = l;
  const zeros = graph.node("Expand", [graph.scalar(type, 0), graph.ints([rows, width])]);
  const each = graph.node("Expand", [l.reshapeRef(indices, [-1, 1]), graph.node("Shape", [updates])]);
  return graph.node("ScatterElements", [zeros, each, updates], { axis: 0, ...attributes });
}

/** Writes or adds updates into zeros; indices out of range are dropped, into a row that is cut off at the end. */
const scatter: Rule = (l, [updates, ...indices], { op, shape, axis, outDim, uniqueIndices }: ScatterParams) => {
  const { graph } = l;
  const others = range(shape.length).filter((a) => !axis.includes(a));
  const [sizes, restSizes] = [axis.map((a) => shape[a]), others.map((a) => shape[a])];
  const total = prod(sizes);
  const { refs, shape: indexShape } = common(l, indices);
  const k = indexShape.length;
  const inside = refs
    .map((ref, i) => {
      const low = graph.node("GreaterOrEqual", [ref, graph.scalar("uint32", 0)]);
      return graph.node("And", [low, graph.node("Less", [ref, graph.scalar("uint32", sizes[i])])]);
    })
    .reduce((a, b) => graph.node("And", [a, b]));
  const where = graph.node("Where", [inside, linear(l, refs, sizes), graph.scalar("uint32", total)]);
  const count = prod(indexShape);
  const front = [
    ...range(k).map((i) => outDim + i),
    ...range(outDim),
    ...range(others.length - outDim).map((i) => outDim + k + i),
  ];
  const bool = updates.dtype === "bool";
  const rows = l.reshapeRef(l.dense(l.transpose(updates, front)), [count, ...restSizes]);
  const data = bool ? l.cast(rows, Onnx.INT32) : rows;
  const type = bool ? "int32" : updates.dtype;
  const written = uniqueIndices
    ? graph.node("ScatterND", [
        graph.node("Expand", [graph.scalar(type, 0), graph.ints([total + 1, ...restSizes])]),
        l.reshapeRef(where, [count, 1]),
        data,
      ])
    : scatterInTurn(l, type, [total + 1, prod(restSizes)], where, l.reshapeRef(data, [count, prod(restSizes)]), {
        reduction: op === "update" ? "none" : bool ? "max" : "add",
      });
  const cut = graph.node("Slice", [written, graph.ints([0]), graph.ints([total]), graph.ints([0])]);
  const typed = bool ? l.cast(cut, Onnx.BOOL) : cut;
  const full = l.fromRef(l.reshapeRef(typed, [...sizes, ...restSizes]), [...sizes, ...restSizes], updates.dtype);
  const perm = range(shape.length).map((a) => (axis.includes(a) ? axis.indexOf(a) : axis.length + others.indexOf(a)));
  return [l.wrap(l.transpose(full, perm))];
};

/** Ascending along the last axis; equal elements keep their order. */
function sorted(l: Layout, x: Value): [Value, Value] {
  const n = x.shape[x.shape.length - 1];
  const dense = l.dense(x);
  const type = isFloat(x.dtype) && x.dtype !== "float64" ? "float32" : x.dtype;
  const key =
    x.dtype === "bool" ? l.cast(dense, Onnx.INT32) : x.dtype === "float16" ? l.cast(dense, Onnx.FLOAT) : dense;
  const [values, places] = l.graph.nodes("TopK", [key, l.graph.ints([n])], { axis: -1, largest: 0, sorted: 1 }, 2);
  const back =
    type === x.dtype && x.dtype !== "bool" ? values : l.cast(values, x.dtype === "bool" ? Onnx.BOOL : Onnx.FLOAT16);
  return [l.fromRef(back, x.shape, x.dtype), l.fromRef(l.cast(places, Onnx.INT32), x.shape, "int32")];
}

/** Rules of gather, scatter, sort and argsort. */
export const indexingRules: Rules = {
  gather,
  scatter,
  sort: (l, [x]) => [sorted(l, x)[0]],
  argsort: (l, [x]) => sorted(l, x),
};
