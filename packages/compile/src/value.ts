/**
 * What a jaxpr variable is while it is being lowered: an ONNX tensor, and how the variable's axes lie in it.
 *
 * Broadcasts, transposes and size-1 axes are kept as bookkeeping, so most of the data movement in a jaxpr (above all in
 * its backward half) costs nothing: an element-wise operator broadcasts anyway, and a matrix product takes either order.
 */
import type { DType } from "./dtype.js";
import type { Attr, GraphBuilder, Onnx } from "./graph.js";

/** A jaxpr variable during lowering: an ONNX tensor, and how the logical axes of the variable lie in it. */
export interface Value {
  /** Name of the ONNX tensor; empty for a literal, which is stored only when something needs it. */
  readonly ref: string;
  /** Sizes of the tensor's physical axes. Every one is named by exactly one entry of `axes`, and none is 1. */
  readonly dims: readonly number[];
  /** For each logical axis the physical one, or null where the value does not vary (broadcast, or of size 1). */
  readonly axes: readonly (number | null)[];
  /** Logical shape: sizes of the variable's axes, those of size 1 included. */
  readonly shape: readonly number[];
  /** Logical element type; uint32 is stored as int64 (`innerType`). */
  readonly dtype: DType;
  /** Set if every element equals this number. */
  readonly literal?: number;
  /**
   * Set for zeros (`literal` is 0) whose product with anything is zero: arrays of zeros that the function closed over, such as
   * the tangents of what does not vary in forward mode.
   */
  readonly absorbs?: boolean;
  /** Set for a value that has been through `stop_gradient`, or for one seen through a factor or a move of axes. */
  readonly still?: boolean;
}

/** Product of the numbers; 1 for none. */
export const prod = (xs: readonly number[]): number => xs.reduce((a, b) => a * b, 1);
/** The whole numbers 0 … n − 1. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const same = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((x, i) => x === b[i]);

/** A value all of whose elements are one number; no tensor is stored for it until `Layout.ref` is asked for one. */
export function literal(dtype: DType, shape: readonly number[], value: number): Value {
  return { ref: "", dims: [], axes: shape.map(() => null), shape, dtype, literal: value };
}

/** Zeros whose product with anything is zero. */
export const zeros = (dtype: DType, shape: readonly number[]): Value => ({
  ...literal(dtype, shape, 0),
  absorbs: true,
});

/** Is the product of this value with anything zero? */
export const isAbsorbing = (v: Value): boolean => v.literal === 0 && v.absorbs === true;

/** The shape that two shapes broadcast to by numpy's rules; that they are compatible is not checked. */
export function commonShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return range(rank).map((i) => {
    const [p, q] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    return p === 1 ? q : p;
  });
}

/** Do the logical axes of both lie on the same physical ones? */
export const sameAxes = (a: Value, b: Value): boolean =>
  a.axes.length === b.axes.length && a.axes.every((p, i) => p === b.axes[i]);

/** Number of elements that the ONNX tensor holds, broadcast axes not counted. */
export const stored = (v: Value): number => prod(v.dims);

/** Logical axes in the order in which they are stored, outermost first; broadcast axes are left out. */
export function storageOrder(v: Value): number[] {
  const order: number[] = [];
  v.axes.forEach((p, logical) => {
    if (p !== null) order[p] = logical;
  });
  return order;
}

/** A matrix product that can still be made with a bias. */
export interface Product {
  /** Logical axes of the result that are columns of the matrix. */
  columns: readonly number[];
  /**
   * The same product as one `Gemm` with a bias.
   * @param bias name of a tensor [columns]
   */
  withBias(bias: string): Value;
}

/** An intermediate result on the way from x to its layer normalisation. */
export interface NormalizationStage {
  /** Which one: Σx, x − mean, Σ(x − mean)², variance + eps, or the root of that. */
  stage: "sum" | "centred" | "squares" | "variance" | "deviation";
  /** What is normalised. */
  x: Value;
  /** What is added to the variance; 0 until it is known. */
  eps: number;
}

/** Lowering context: the graph under construction and the moves that turn one layout into another. */
export class Layout {
  /** @param graph where nodes and initializers are added */
  constructor(readonly graph: GraphBuilder) {}

  /**
   * For results of a multiplication by a number, by tensor name: what was multiplied. Lets later factors and signs be
   * absorbed.
   */
  readonly scaled = new Map<string, { base: Value; factor: number }>();
  /** For results of a reciprocal, by tensor name: its argument. Lets a product become a division. */
  readonly reciprocals = new Map<string, Value>();
  /** For results of a matrix product, by tensor name: how to make it again with something added. */
  readonly products = new Map<string, Product>();
  /** For erf(x/√2), by tensor name: x. */
  readonly erfs = new Map<string, Value>();
  /** For 1 + erf(x/√2), twice the normal distribution function, by tensor name: the erf. */
  readonly raisedErfs = new Map<string, Value>();
  /** For the normal distribution function Φ(x), by tensor name: x. */
  readonly normals = new Map<string, Value>();
  /** For squares, by tensor name: the tensor squared. Lets a sum of squares be one pass. */
  readonly squares = new Map<string, string>();
  /** For the parts of a layer normalisation, by tensor name: which part of whose. */
  readonly stages = new Map<string, NormalizationStage>();
  /** Tensors that more than one equation reads: fusing them into one reader would compute them twice. */
  readonly shared = new Set<string>();

  /** A value whose ONNX tensor has exactly the logical shape (1s included), in logical order. */
  fromRef(ref: string, shape: readonly number[], dtype: DType): Value {
    const big = range(shape.length).filter((a) => shape[a] !== 1);
    const dims = big.map((a) => shape[a]);
    const squeezed = dims.length === shape.length ? ref : this.reshapeRef(ref, dims);
    return this.stored(squeezed, big, shape, dtype);
  }

  /** A value stored with the logical axes `order` (those of size 1 left out), all others broadcast. */
  stored(ref: string, order: readonly number[], shape: readonly number[], dtype: DType): Value {
    const axes: (number | null)[] = shape.map(() => null);
    order.forEach((logical, p) => {
      axes[logical] = p;
    });
    return { ref, dims: order.map((a) => shape[a]), axes, shape, dtype };
  }

  /** Name of the tensor `ref` with the physical sizes `dims`, by a `Reshape` node. */
  reshapeRef(ref: string, dims: readonly number[]): string {
    // Without allowzero, a 0 would mean "as in the operand".
    const attrs: Record<string, Attr> = dims.includes(0) ? { allowzero: 1 } : {};
    return this.graph.node("Reshape", [ref, this.graph.ints(dims)], attrs);
  }

  /** Name of the physical tensor, storing a literal if need be. */
  ref(v: Value): string {
    return v.literal === undefined ? v.ref : this.graph.scalar(v.dtype, v.literal);
  }

  /**
   * An ONNX tensor with the axes `order` (logical, all sizes kept), numpy-broadcastable to their full sizes:
   * leading broadcast axes are dropped, inner ones are 1.
   */
  aligned(v: Value, order: readonly number[]): string {
    if (v.literal !== undefined) return this.ref(v);
    const own = order.filter((a) => v.axes[a] !== null);
    const ref = this.permuted(v, own);
    let dims = order.map((a) => (v.axes[a] === null ? 1 : v.shape[a]));
    while (dims.length && dims[0] === 1) dims = dims.slice(1);
    return same(
      dims,
      own.map((a) => v.shape[a]),
    )
      ? ref
      : this.reshapeRef(ref, dims);
  }

  /** An ONNX tensor with exactly the axes `order`, each in full size. */
  expanded(v: Value, order: readonly number[]): string {
    const dims = order.map((a) => v.shape[a]);
    const missing = order.some((a) => v.axes[a] === null && v.shape[a] !== 1);
    const ref = this.aligned(v, order);
    if (missing) return this.graph.node("Expand", [ref, this.graph.ints(dims)]);
    const have = v.literal !== undefined ? [] : order.filter((a) => v.axes[a] !== null);
    const first = order.findIndex((a) => v.axes[a] !== null);
    const alignedRank = have.length === 0 ? 0 : order.length - first;
    return alignedRank === order.length ? ref : this.reshapeRef(ref, dims);
  }

  /** An ONNX tensor of exactly the logical shape. */
  dense(v: Value): string {
    return this.expanded(v, range(v.shape.length));
  }

  /** The physical tensor with its axes in the order `own` (logical names of all the stored axes). */
  permuted(v: Value, own: readonly number[]): string {
    const perm = own.map((a) => v.axes[a] as number);
    if (perm.every((p, i) => p === i)) return v.ref;
    // Axes that stay neighbours move as one: the runtime is several times faster at plain matrix transposes.
    const runs: number[][] = [];
    for (const p of perm) {
      const run = runs.at(-1);
      if (run && p === run[run.length - 1] + 1) run.push(p);
      else runs.push([p]);
    }
    const starts = runs.map((r) => r[0]).toSorted((a, b) => a - b);
    const merged = starts.map((s) => prod(runs.find((r) => r[0] === s)?.map((p) => v.dims[p]) ?? []));
    const whole = runs.length === perm.length;
    const moved = this.graph.node("Transpose", [whole ? v.ref : this.reshapeRef(v.ref, merged)], {
      perm: runs.map((r) => starts.indexOf(r[0])),
    });
    return whole
      ? moved
      : this.reshapeRef(
          moved,
          perm.map((p) => v.dims[p]),
        );
  }

  /** The value seen through a permutation of its logical axes: free. */
  transpose(v: Value, perm: readonly number[]): Value {
    return { ...v, axes: perm.map((a) => v.axes[a]), shape: perm.map((a) => v.shape[a]) };
  }

  /** Inserts logical axes (positions in the new shape) along which the value does not vary: free. */
  broadcast(v: Value, shape: readonly number[], newAxes: readonly number[]): Value {
    const added = new Set(newAxes);
    let old = 0;
    const axes = shape.map((_, a) => (added.has(a) ? null : v.axes[old++]));
    return { ...v, axes, shape };
  }

  /** Numpy broadcasting to `shape`: free. */
  broadcastTo(v: Value, shape: readonly number[]): Value {
    const lead = shape.length - v.shape.length;
    return lead === 0 && same(v.shape, shape) ? v : { ...v, axes: [...range(lead).map(() => null), ...v.axes], shape };
  }

  /**
   * The value with another logical shape of as many elements, last axis fastest: free but for a `Reshape`, and a copy
   * only where the storage order forbids it.
   */
  reshape(v: Value, shape: readonly number[]): Value {
    if (v.literal !== undefined) return { ...literal(v.dtype, shape, v.literal), absorbs: v.absorbs };
    const groups = reshapeGroups(v.shape, shape);
    const laid = groups?.every((g) => mergeable(v, g.from));
    if (!groups || !laid) {
      const order = range(v.shape.length);
      const ref = this.reshapeRef(
        this.expanded(v, order),
        shape.filter((d) => d !== 1),
      );
      return this.stored(
        ref,
        range(shape.length).filter((a) => shape[a] !== 1),
        shape,
        v.dtype,
      );
    }
    const kept = groups.filter((g) => g.from.length > 0 && v.axes[g.from[0]] !== null);
    kept.sort((a, b) => (v.axes[a.from[0]] as number) - (v.axes[b.from[0]] as number));
    const order = kept.flatMap((g) => g.to);
    const dims = order.map((a) => shape[a]);
    return this.stored(same(dims, v.dims) ? v.ref : this.reshapeRef(v.ref, dims), order, shape, v.dtype);
  }

  /**
   * The result of an element-wise operator over operands that broadcast.
   * @param dtype of the result
   * @param emit receives the names of the aligned tensors and returns the name of the result's
   */
  elementwise(dtype: DType, operands: readonly Value[], emit: (refs: string[]) => string): Value {
    const shape = operands.map((v) => v.shape).reduce<readonly number[]>(commonShape, []);
    const rank = shape.length;
    const vs = operands.map((v) => this.broadcastTo(v, shape));
    const varying = range(rank).filter((a) => vs.some((v) => v.axes[a] !== null));
    const leader = vs.reduce((best, v) => (stored(v) > stored(best) ? v : best));
    const order =
      varying.length === leader.dims.length ? storageOrder(leader) : mergeOrders(storageOrder(leader), varying);
    const ref = emit(vs.map((v) => this.aligned(v, order)));
    return this.stored(ref, order, shape, dtype);
  }

  /** Name of the tensor `ref` in another ONNX element type, by a `Cast` node. */
  cast(ref: string, to: Onnx): string {
    return this.graph.node("Cast", [ref], { to });
  }

  /**
   * The result of an element-wise ONNX operator over operands that broadcast, as one node.
   * @param dtype of the result
   */
  op(dtype: DType, opType: string, operands: readonly Value[], attrs: Record<string, Attr> = {}): Value {
    return this.elementwise(dtype, operands, (refs) => this.graph.node(opType, refs, attrs));
  }

  /** A uint32, which travels as int64, masked to its 32 bits; values of other dtypes as they are. */
  wrap(v: Value): Value {
    if (v.dtype !== "uint32") return v;
    const ref = this.graph.node("BitwiseAnd", [this.ref(v), this.graph.scalar("uint32", 0xffffffff)]);
    return { ...v, ref, literal: undefined };
  }
}

/** The leader's order, with the axes it lacks put in front of the first of its axes that comes after them. */
function mergeOrders(leader: readonly number[], all: readonly number[]): number[] {
  const order = [...leader];
  for (const a of all) {
    if (order.includes(a)) continue;
    const at = order.findIndex((b) => b > a);
    order.splice(at === -1 ? order.length : at, 0, a);
  }
  return order;
}

interface Group {
  /** Old and new axes of size > 1 whose products agree. */
  from: number[];
  to: number[];
}

/** Matches runs of old axes to runs of new axes with equal products; undefined if there are empty axes. */
function reshapeGroups(from: readonly number[], to: readonly number[]): Group[] | undefined {
  if (prod(from) === 0) return undefined;
  const groups: Group[] = [];
  const olds = range(from.length).filter((a) => from[a] !== 1);
  const news = range(to.length).filter((a) => to[a] !== 1);
  let i = 0;
  let j = 0;
  while (i < olds.length) {
    const g: Group = { from: [olds[i++]], to: [news[j++]] };
    let p = from[g.from[0]];
    let q = to[g.to[0]];
    while (p !== q) {
      if (p < q) {
        g.from.push(olds[i]);
        p *= from[olds[i++]];
      } else {
        g.to.push(news[j]);
        q *= to[news[j++]];
      }
    }
    groups.push(g);
  }
  return groups;
}

/** Can these logical axes be seen as one without moving data? All broadcast, or all stored, in a row, in order. */
function mergeable(v: Value, axes: readonly number[]): boolean {
  const p = axes.map((a) => v.axes[a]);
  if (p.every((x) => x === null)) return true;
  return p.every((x, i) => x !== null && (i === 0 || x === (p[i - 1] as number) + 1));
}

/** A string equal for equal values. */
export const keyOf = (v: Value): string =>
  `${v.ref}|${v.axes}|${v.shape}|${Object.is(v.literal, -0) ? "-0" : v.literal}|${v.dtype}${isAbsorbing(v) ? "|0" : ""}${v.still ? "|still" : ""}`;
