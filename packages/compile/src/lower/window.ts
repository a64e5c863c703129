/** Windows and convolutions. */
import { type Layout, prod, range, type Value } from "../value.js";
import { add, promoted } from "./elementwise.js";
import { dot } from "./reduce.js";
import type { Rule, Rules } from "./rule.js";
import { concatenate, dilate, flip, pad, slice } from "./shape.js";

/** [..., in] to [..., out, window]: every window of an axis beside its neighbours, by one gather per axis. */
const pool: Rule = (l, [x], { window, strides }) => {
  const n: number = window.length;
  const lead = x.shape.length - n;
  const outs = range(n).map((i) => Math.ceil((x.shape[lead + i] - window[i] + 1) / strides[i]));
  let y = x;
  // Last axis first, so that earlier axes keep their places.
  for (let i = n - 1; i >= 0; i--) {
    const axis = lead + i;
    const starts = range(outs[i]).map((o) => o * strides[i]);
    const shape = y.shape.toSpliced(axis, 1, outs[i], window[i]);
    if (y.axes[axis] === null) {
      y = { ...y, axes: y.axes.toSpliced(axis, 1, null, null), shape };
      continue;
    }
    const index = l.graph.ints(starts.flatMap((s) => range(window[i]).map((k) => s + k)));
    const grid = l.reshapeRef(index, [outs[i], window[i]]);
    y = l.fromRef(l.graph.node("Gather", [l.dense(y), grid], { axis }), shape, x.dtype);
  }
  // Now [..., out0, window0, out1, window1, ...]; the windows go last.
  const perm = [...range(lead), ...range(n).map((i) => lead + 2 * i), ...range(n).map((i) => lead + 2 * i + 1)];
  return [l.transpose(y, perm)];
};

/** Adjoint of `pool`: adds every window back where it came from. */
const poolTranspose: Rule = (l, [x], { inShape, window, strides }) => {
  const n: number = window.length;
  const lead = inShape.length - n;
  const outs = x.shape.slice(lead, lead + n);
  const perm = [...range(lead), ...range(n).flatMap((i) => [lead + i, lead + n + i])];
  let y = l.transpose(x, perm);
  for (let i = n - 1; i >= 0; i--) {
    const axis = lead + 2 * i;
    const [out, k] = [outs[i], window[i] as number];
    const size: number = inShape[lead + i];
    // Fewer adds over whole arrays: loop over taps or over windows, whichever are fewer.
    const taps = range(Math.min(out, k));
    const parts = taps.map((t) => {
      if (k <= out) {
        const tap = l.reshape(slice(l, y, [{ axis: axis + 1, start: t, end: t + 1 }]), y.shape.toSpliced(axis + 1, 1));
        const spread = dilate(l, tap, [{ axis, by: strides[i] }]);
        return pad(l, spread, aroundAxis(spread.shape.length, axis, t, size - t - spread.shape[axis]));
      }
      const start = t * strides[i];
      const one = l.reshape(slice(l, y, [{ axis, start: t, end: t + 1 }]), y.shape.toSpliced(axis, 1));
      return pad(l, one, aroundAxis(one.shape.length, axis, start, size - start - k));
    });
    y = parts.reduce((a, b) => add(l, a, b));
  }
  return [y];
};

const aroundAxis = (rank: number, axis: number, lo: number, hi: number): [number, number][] =>
  range(rank).map((a) => (a === axis ? [lo, hi] : [0, 0]));

interface ConvParams {
  vmapDims: number;
  strides: number[];
  padding: [number, number][];
  lhsDilation: number[];
  rhsDilation: number[];
}

/**
 * Cross-correlation, [batch, in, space…] with [out, in, space…]. A kernel that is larger than the result it makes is the
 * gradient of a convolution for its weights: there, one matrix product per tap of the *result* is faster than the
 * runtime's `Conv` (measured: 91 against 38 GFLOP/s on two cores).
 */
const conv: Rule = (l, [a, b], params: ConvParams, [out]) => {
  const [x, w] = [promoted(l, a, out.dtype), promoted(l, b, out.dtype)];
  if (params.vmapDims > 0) return [grouped(l, x, w, params, out.shape)];
  const space = range(params.strides.length);
  if (isTransposed(x, w, params)) return [transposed(l, x, w, params, out.shape)];
  const dilated = dilate(
    l,
    x,
    space.map((i) => ({ axis: i + 2, by: params.lhsDilation[i] })),
  );
  const taps = prod(out.shape.slice(2));
  const kernel = prod(w.shape.slice(2));
  if (taps < kernel || space.length > 3 || x.dtype !== "float32") return [byTaps(l, dilated, w, params, out.shape)];
  const negative = params.padding.some((p) => p[0] < 0 || p[1] < 0);
  const padded = negative ? pad(l, dilated, [[0, 0], [0, 0], ...params.padding]) : dilated;
  const pads = negative ? space.flatMap(() => [0, 0]) : [0, 1].flatMap((side) => params.padding.map((p) => p[side]));
  if (space.length === 0) return [byTaps(l, dilated, w, params, out.shape)];
  const ref = l.graph.node("Conv", [l.dense(padded), l.dense(w)], {
    kernel_shape: w.shape.slice(2),
    strides: params.strides,
    dilations: params.rhsDilation,
    pads,
  });
  return [l.fromRef(ref, out.shape, x.dtype)];
};

/** The data gradient of a strided convolution: zeros between the inputs, unit stride. */
function isTransposed(x: Value, w: Value, { strides, lhsDilation, padding, rhsDilation }: ConvParams): boolean {
  const reach = rhsDilation.map((d, i) => (w.shape[i + 2] - 1) * d);
  return (
    x.dtype === "float32" &&
    strides.length <= 2 &&
    lhsDilation.some((d) => d > 1) &&
    strides.every((s) => s === 1) &&
    padding.every(([lo, hi], i) => lo >= 0 && lo <= reach[i] && hi >= 0 && hi - reach[i] < lhsDilation[i])
  );
}

/** `ConvTranspose` multiplies no zeros; it wants the kernel unflipped and input channels first. */
function transposed(l: Layout, x: Value, w: Value, params: ConvParams, shape: readonly number[]): Value {
  const { lhsDilation: strides, rhsDilation: dilations, padding } = params;
  const space = range(strides.length);
  const reach = space.map((i) => (w.shape[i + 2] - 1) * dilations[i]);
  const kernel = l.transpose(
    flip(
      l,
      w,
      space.map((i) => i + 2),
    ),
    [1, 0, ...space.map((i) => i + 2)],
  );
  const ref = l.graph.node("ConvTranspose", [l.dense(x), l.dense(kernel)], {
    kernel_shape: w.shape.slice(2),
    strides,
    dilations,
    pads: [...space.map((i) => reach[i] - padding[i][0]), ...space.map((i) => Math.max(0, reach[i] - padding[i][1]))],
    output_padding: space.map((i) => Math.max(0, padding[i][1] - reach[i])),
  });
  return l.fromRef(ref, shape, x.dtype);
}

/** One matrix product of a shifted slice for every position of the result, or for every tap, whichever are fewer. */
function byTaps(l: Layout, x: Value, w: Value, params: ConvParams, shape: readonly number[]): Value {
  return prod(shape.slice(2)) <= prod(w.shape.slice(2))
    ? byResult(l, x, w, params, shape)
    : byKernel(l, x, w, params, shape);
}

/** Space from position `at` (in units of `unit`) on: `count` elements, `step` apart. */
const cuts = (at: readonly number[], unit: number[], count: readonly number[], step: number[]) =>
  at.map((position, i) => {
    const start = position * unit[i];
    return { axis: i + 2, start, end: start + (count[i] - 1) * step[i] + 1, step: step[i] };
  });

/** Channels and kernel space are contracted at once. Space lies outermost, so that slices are long runs of memory. */
function byResult(
  l: Layout,
  x: Value,
  w: Value,
  { strides, rhsDilation, padding }: ConvParams,
  shape: readonly number[],
): Value {
  const n = strides.length;
  const space = range(n).map((i) => i + 2);
  const kernels = w.shape.slice(2);
  const depth = prod(w.shape.slice(1));
  const padded = pad(l, storedAs(l, x, [...space, 1, 0]), [[0, 0], [0, 0], ...padding]);
  const contracted = (v: Value) => l.reshape(l.transpose(v, [0, ...space, 1]), [v.shape[0], depth]);
  const kernel = l.reshape(contracted(storedAs(l, w, [...space, 1, 0])), [1, w.shape[0], depth]);
  const products = grid(shape.slice(2)).map((at) => {
    const view = slice(l, padded, cuts(at, strides, kernels, rhsDilation));
    const product = dot(l, l.reshape(contracted(view), [x.shape[0], 1, depth]), kernel);
    return l.reshape(product, [1, x.shape[0], w.shape[0]]);
  });
  const stacked = products.length === 1 ? products[0] : concatenate(l, products, 0);
  return l.reshape(l.transpose(stacked, [1, 2, 0]), shape);
}

/** Channels are contracted once for every tap of the kernel, and the results added up. */
function byKernel(
  l: Layout,
  x: Value,
  w: Value,
  { strides, rhsDilation, padding }: ConvParams,
  shape: readonly number[],
): Value {
  const n = strides.length;
  const outs = shape.slice(2);
  const padded = pad(l, x, [[0, 0], [0, 0], ...padding]);
  const products = grid(w.shape.slice(2)).map((at) => {
    const view = slice(l, padded, cuts(at, rhsDilation, outs, strides));
    const tap = slice(
      l,
      w,
      range(n).map((i) => ({ axis: i + 2, start: at[i], end: at[i] + 1 })),
    );
    const a = l.transpose(l.reshape(view, [...view.shape, 1]), [0, n + 2, ...range(n).map((i) => i + 2), 1]);
    return dot(l, a, l.reshape(tap, [1, w.shape[0], ...outs.map(() => 1), w.shape[1]]));
  });
  return products.reduce((a, b) => add(l, a, b));
}

/** Laid out with its axes in the given order. */
function storedAs(l: Layout, v: Value, order: readonly number[]): Value {
  const big = order.filter((a) => v.shape[a] !== 1);
  return l.stored(l.expanded(v, big), big, v.shape, v.dtype);
}

/** Batched kernels (as vmap makes them): one convolution for each, joined. */
function grouped(l: Layout, x: Value, w: Value, params: ConvParams, shape: readonly number[]): Value {
  const v = params.vmapDims;
  const lead = shape.slice(0, v);
  const inner = { ...params, vmapDims: 0 };
  const flatten = (a: Value) => l.broadcastTo(a, [...lead, ...a.shape.slice(v)]);
  const [xs, ws] = [flatten(x), flatten(w)];
  const pick = (a: Value, at: number[]) =>
    l.reshape(
      slice(
        l,
        a,
        at.map((start, axis) => ({ axis, start, end: start + 1 })),
      ),
      a.shape.slice(v),
    );
  const results = grid(lead).map((at) => {
    const [y] = conv(l, [pick(xs, at), pick(ws, at)], inner, [{ shape: shape.slice(v), dtype: x.dtype }], []);
    return l.reshapeRef(l.dense(y), [1, ...shape.slice(v)]);
  });
  const joined = results.length === 1 ? results[0] : l.graph.node("Concat", results, { axis: 0 });
  return l.reshape(l.fromRef(joined, [results.length, ...shape.slice(v)], x.dtype), shape);
}

/** Every index of an array of the given shape, last axis fastest. */
function grid(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>((all, d) => all.flatMap((at) => range(d).map((i) => [...at, i])), [[]]);
}

/** Rules of windows (`pool`), their adjoint, and convolutions. */
export const windowRules: Rules = { pool, pool_transpose: poolTranspose, conv };
