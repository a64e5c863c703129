/** Moves of data: transposes and broadcasts (free), slices, padding, joining. */
import { Onnx } from "../graph.js";
import { type Layout, literal, range, storageOrder, type Value } from "../value.js";
import { promoted } from "./elementwise.js";
import type { Rule, Rules } from "./rule.js";

/** `v[start:end:step]` along the logical axes named in `cuts`; `end` is exclusive. Broadcast axes are cut for free. */
export function slice(
  l: Layout,
  v: Value,
  cuts: readonly { axis: number; start: number; end: number; step?: number }[],
): Value {
  const shape = [...v.shape];
  for (const { axis, start, end, step = 1 } of cuts) shape[axis] = Math.max(0, Math.ceil((end - start) / step));
  const real = cuts.filter(({ axis }) => v.axes[axis] !== null && shape[axis] !== v.shape[axis]);
  if (v.literal !== undefined || real.length === 0) return { ...v, shape };
  const ref = l.graph.node("Slice", [
    v.ref,
    l.graph.ints(real.map((c) => c.start)),
    l.graph.ints(real.map((c) => c.end)),
    l.graph.ints(real.map((c) => v.axes[c.axis] as number)),
    l.graph.ints(real.map((c) => c.step ?? 1)),
  ]);
  return denoised(l, ref, storageOrder(v), shape, v.dtype);
}

/** A tensor with logical axes `order` in storage, some of which may have become 1 and must be squeezed away. */
function denoised(l: Layout, ref: string, order: number[], shape: number[], dtype: Value["dtype"]): Value {
  const kept = order.filter((a) => shape[a] !== 1);
  return l.stored(
    kept.length === order.length
      ? ref
      : l.reshapeRef(
          ref,
          kept.map((a) => shape[a]),
        ),
    kept,
    shape,
    dtype,
  );
}

/**
 * Zeros before and after every logical axis.
 * @param width for every axis how many before and how many after; negative ones cut
 */
export function pad(l: Layout, v: Value, width: readonly (readonly [number, number])[]): Value {
  const cuts = width.flatMap(([lo, hi], axis) =>
    lo < 0 || hi < 0 ? [{ axis, start: Math.max(0, -lo), end: v.shape[axis] - Math.max(0, -hi) }] : [],
  );
  const x = cuts.length ? slice(l, v, cuts) : v;
  const grow = width.map(([lo, hi]) => [Math.max(0, lo), Math.max(0, hi)] as const);
  const shape = x.shape.map((d, a) => d + grow[a][0] + grow[a][1]);
  if (grow.every(([lo, hi]) => lo === 0 && hi === 0)) return x;
  if (x.literal === 0) return literal(x.dtype, shape, 0);
  const grown = range(shape.length).filter((a) => shape[a] !== x.shape[a]);
  const order = storageOrder(x);
  for (const a of grown) if (x.axes[a] === null) order.unshift(a);
  const bool = x.dtype === "bool";
  const tensor = l.expanded(x, order);
  const zero = bool ? l.cast(l.graph.scalar("int32", 0), Onnx.BOOL) : l.graph.scalar(x.dtype, 0);
  const pads = [...order.map((a) => grow[a][0]), ...order.map((a) => grow[a][1])];
  return l.stored(l.graph.node("Pad", [tensor, l.graph.ints(pads), zero]), order, shape, x.dtype);
}

/** Puts `by − 1` zeros between neighbours along the given logical axes. */
export function dilate(l: Layout, v: Value, dilations: readonly { axis: number; by: number }[]): Value {
  let y = v;
  for (const { axis, by } of dilations.filter((d) => d.by > 1 && v.shape[d.axis] > 1)) {
    const spread = l.reshape(y, y.shape.toSpliced(axis + 1, 0, 1));
    const width = spread.shape.map((_, a): [number, number] => (a === axis + 1 ? [0, by - 1] : [0, 0]));
    const joined = l.reshape(pad(l, spread, width), y.shape.toSpliced(axis, 1, y.shape[axis] * by));
    y = slice(l, joined, [{ axis, start: 0, end: (y.shape[axis] - 1) * by + 1 }]);
  }
  return y;
}

/** Reverses logical axes. */
export function flip(l: Layout, x: Value, axes: readonly number[]): Value {
  const physical = axes.map((a) => x.axes[a]).filter((p) => p !== null);
  if (physical.length === 0) return x;
  const far = -(2 ** 31);
  const ref = l.graph.node("Slice", [
    x.ref,
    l.graph.ints(physical.map(() => -1)),
    l.graph.ints(physical.map(() => far)),
    l.graph.ints(physical),
    l.graph.ints(physical.map(() => -1)),
  ]);
  return { ...x, ref };
}

/** Values of one dtype joined along a logical axis, whose sizes add up; all other sizes are equal. */
export function concatenate(l: Layout, xs: readonly Value[], axis: number): Value {
  const shape = xs[0].shape.toSpliced(
    axis,
    1,
    xs.reduce((n, x) => n + x.shape[axis], 0),
  );
  const parts = xs.filter((x) => x.shape[axis] > 0);
  if (parts.length === 1) return parts[0];
  // Axes along which no part varies stay broadcast.
  const order = range(shape.length).filter((a) => a === axis || parts.some((x) => x.axes[a] !== null));
  const ref = l.graph.node(
    "Concat",
    parts.map((x) => l.expanded(x, order)),
    { axis: order.indexOf(axis) },
  );
  return denoised(l, ref, order, shape, xs[0].dtype);
}

const split: Rule = (l, [x], { axis, sizes }) => {
  const ends = (sizes as number[]).map((_, i) => (sizes as number[]).slice(0, i + 1).reduce((a, b) => a + b, 0));
  if (x.axes[axis] === null || (sizes as number[]).some((s) => s === 0))
    return ends.map((end, i) => slice(l, x, [{ axis, start: end - sizes[i], end }]));
  const refs = l.graph.nodes("Split", [x.ref, l.graph.ints(sizes)], { axis: x.axes[axis] as number }, sizes.length);
  return refs.map((ref, i) => denoised(l, ref, storageOrder(x), x.shape.toSpliced(axis, 1, sizes[i]), x.dtype));
};

/** Rules of the primitives that move data: transpose, broadcast, reshape, flip, shrink, pad, concatenate, split. */
export const shapeRules: Rules = {
  transpose: (l, [x], { perm }) => [l.transpose(x, perm)],
  broadcast: (l, [x], { shape, axis }) => {
    // jax-js lets the axes that stay be 1 in the operand and larger in the result.
    const added = new Set<number>(axis);
    const own = range(shape.length)
      .filter((a) => !added.has(a))
      .map((a) => shape[a] as number);
    return [l.broadcast(l.broadcastTo(x, own), shape, axis)];
  },
  reshape: (l, [x], { shape }) => [l.reshape(x, shape)],
  flip: (l, [x], { axis }) => [flip(l, x, axis)],
  shrink: (l, [x], { slice: bounds }) => [
    slice(
      l,
      x,
      (bounds as [number, number][]).map(([start, end], axis) => ({ axis, start, end })),
    ),
  ],
  pad: (l, [x], { width }) => [pad(l, x, width)],
  concatenate: (l, xs, { axis }, [out]) => [
    concatenate(
      l,
      xs.map((x) => promoted(l, x, out.dtype)),
      axis,
    ),
  ],
  split,
};
