/** Arithmetic, comparison, casts: one ONNX operator each, with factors, signs and neutral elements folded away. */
import { type DType, isFloat } from "../dtype.js";
import { Onnx } from "../graph.js";
import type { ArraySpec } from "../trace.js";
import { commonShape, isAbsorbing, type Layout, literal, sameAxes, type Value, zeros } from "../value.js";
import { erfc64 } from "./erf.js";
import { layerNormalization, noteRoot, noteSumOf } from "./normalization.js";
import type { Rule, Rules } from "./rule.js";

const sameTensor = (a: Value, b: Value): boolean => a.literal === undefined && a.ref === b.ref && sameAxes(a, b);

/** A value in the dtype of the result: jax-js promotes weak types inside `add` and friends, ONNX wants equal operand types. */
export function promoted(l: Layout, v: Value, dtype: DType): Value {
  return v.dtype === dtype ? v : cast(l, v, dtype);
}

function fold(dtype: DType, x: number): number {
  if (Number.isNaN(x) && !isFloat(dtype)) return 0;
  if (dtype === "float32") return Math.fround(x);
  if (dtype === "int32") return x | 0;
  if (dtype === "uint32") return Number(BigInt.asUintN(32, BigInt(Math.trunc(x))));
  if (dtype === "bool") return x ? 1 : 0;
  return x;
}

/** The value as `factor * base`, seeing through one earlier multiplication by a number. */
function factored(l: Layout, v: Value): { base: Value; factor: number } {
  const known = v.literal === undefined && l.scaled.get(v.ref);
  if (!known) return { base: v, factor: 1 };
  return { base: { ...v, ref: known.base.ref }, factor: known.factor };
}

/**
 * v · factor; an earlier factor of a float is merged into this one, and a factor of 1 costs nothing. A float's factor of 0
 * (the tangent of a constant) gives zeros, whatever v is.
 */
export function scale(l: Layout, v: Value, factor: number): Value {
  if (isAbsorbing(v)) return v;
  if (factor === 0 && isFloat(v.dtype)) return zeros(v.dtype, v.shape);
  if (v.literal !== undefined) return literal(v.dtype, v.shape, fold(v.dtype, v.literal * factor));
  let { base, factor: earlier } = isFloat(v.dtype) ? factored(l, v) : { base: v, factor: 1 };
  // Factors whose product leaves the range of single precision are not one factor.
  const product = Math.abs(earlier * factor);
  if (earlier !== 1 && !(product > 1e-37 && product < 1e37)) {
    base = v;
    earlier = 1;
  }
  const total = fold(v.dtype, earlier * factor);
  if (total === 1) return base;
  const normal = total === 0.5 ? normalDistribution(l, base) : undefined;
  if (normal) return normal;
  const ref =
    total === -1 && v.dtype !== "uint32"
      ? l.graph.node("Neg", [base.ref])
      : l.graph.node("Mul", [base.ref, l.graph.scalar(v.dtype, total)]);
  if (isFloat(v.dtype)) l.scaled.set(ref, { base, factor: total });
  return l.wrap({ ...v, ref });
}

/**
 * a + b of one dtype, with broadcasting (logical or for bool). Becomes a difference, a bias of a matrix product or
 * nothing where it can.
 */
export function add(l: Layout, a: Value, b: Value): Value {
  const dtype = a.dtype;
  const shape = commonShape(a.shape, b.shape);
  if (dtype === "bool") return l.op(dtype, "Or", [a, b]);
  if (isAbsorbing(a) && isAbsorbing(b)) return zeros(dtype, shape);
  if (a.literal !== undefined && b.literal !== undefined)
    return literal(dtype, shape, fold(dtype, a.literal + b.literal));
  if (a.literal === 0) return l.broadcastTo(b, shape);
  if (b.literal === 0) return l.broadcastTo(a, shape);
  if (isFloat(dtype)) {
    const [x, y] = [factored(l, a), factored(l, b)];
    // x minus itself without its gradient is zero; x minus x may be of infinities.
    if (sameTensor(x.base, y.base) && Boolean(x.base.still) !== Boolean(y.base.still))
      return scale(l, { ...x.base, shape }, x.factor + y.factor);
    if (y.factor === -1) return l.op(dtype, "Sub", [a, y.base]);
    if (x.factor === -1) return l.op(dtype, "Sub", [b, x.base]);
    const fused = biased(l, a, b) ?? biased(l, b, a);
    if (fused) return fused;
  }
  const sum = l.wrap(l.op(dtype, "Add", [a, b]));
  const erf = [a, b].find((v) => l.erfs.has(v.ref));
  if (erf && (a.literal === 1 || b.literal === 1)) l.raisedErfs.set(sum.ref, erf);
  const [x, y] = [factored(l, a), factored(l, b)];
  noteSumOf(l, sum, a, y.base, y.factor);
  noteSumOf(l, sum, b, x.base, x.factor);
  return sum;
}

/** A matrix product takes a vector added along its columns with it, if nothing else reads the bare product. */
function biased(l: Layout, a: Value, bias: Value): Value | undefined {
  const product = l.products.get(a.ref);
  if (!product || l.shared.has(a.ref) || bias.literal !== undefined) return undefined;
  const shift = a.shape.length - bias.shape.length;
  if (shift < 0 || product.columns.length !== 1 || bias.dims.length !== 1) return undefined;
  const fused = product.withBias(bias.ref);
  const axis = bias.axes.findIndex((p) => p !== null) + shift;
  if (!sameAxes(a, fused) || axis !== product.columns[0]) return undefined;
  return { ...fused, shape: commonShape(a.shape, bias.shape) };
}

/**
 * a · b of one dtype, with broadcasting (logical and for bool). Becomes a factor, a quotient, a GELU or a layer
 * normalisation where it can.
 */
export function mul(l: Layout, a: Value, b: Value): Value {
  const dtype = a.dtype;
  const shape = commonShape(a.shape, b.shape);
  if (dtype === "bool") return l.op(dtype, "And", [a, b]);
  if (isAbsorbing(a) || isAbsorbing(b)) return zeros(dtype, shape);
  if (a.literal !== undefined && b.literal !== undefined)
    return literal(dtype, shape, fold(dtype, a.literal * b.literal));
  if (a.literal !== undefined) return mul(l, b, a);
  if (b.literal !== undefined) return l.broadcastTo(scale(l, a, b.literal), shape);
  if (isFloat(dtype)) {
    const [under, over] = [l.reciprocals.get(b.ref), l.reciprocals.get(a.ref)];
    if (under) return quotient(l, a, { ...b, ref: under.ref }, l.shared.has(b.ref));
    if (over) return quotient(l, b, { ...a, ref: over.ref }, l.shared.has(a.ref));
    const fused = gelu(l, a, b) ?? gelu(l, b, a);
    if (fused) return fused;
  }
  const product = l.wrap(l.op(dtype, "Mul", [a, b]));
  if (isFloat(dtype) && sameTensor(a, b)) l.squares.set(product.ref, a.ref);
  return product;
}

/** a / b; a layer normalisation, unless a gradient shares the reciprocal of b. */
const quotient = (l: Layout, a: Value, b: Value, shared: boolean): Value =>
  (shared ? undefined : layerNormalization(l, a, b)) ?? l.op(a.dtype, "Div", [a, b]);

/**
 * The normal distribution function Φ(x) = (1 + erf(x/√2)) / 2 in one pass over the erf, if twice it is given:
 * `HardSigmoid` is the line between 0 and 1.
 */
function normalDistribution(l: Layout, twice: Value): Value | undefined {
  const erf = l.raisedErfs.get(twice.ref);
  const argument = erf && l.erfs.get(erf.ref);
  if (!erf || !argument || !sameAxes(erf, twice)) return undefined;
  const cdf = l.op("float32", "HardSigmoid", [erf], { alpha: { float: 0.5 }, beta: { float: 0.5 } });
  l.normals.set(cdf.ref, argument);
  return cdf;
}

/** x · Φ(x) is one operator, where no gradient needs the parts. */
function gelu(l: Layout, x: Value, cdf: Value): Value | undefined {
  const argument = l.normals.get(cdf.ref);
  if (!argument || l.shared.has(cdf.ref) || !sameTensor(x, { ...cdf, ref: argument.ref })) return undefined;
  return { ...l.op("float32", "Gelu", [x]), shape: commonShape(x.shape, cdf.shape) };
}

/** erf, remembering the argument of the normal distribution's (in single precision: doubles go through `erfc64`). */
const erf: Rule = (l, [x], params, outs, specs) => {
  if (x.dtype === "float64") return [l.op(x.dtype, "Sub", [literal(x.dtype, [], 1), erfc64(l, x)])];
  const [y] = singlePrecision("Erf")(l, [x], params, outs, specs);
  const { base, factor } = factored(l, x);
  if (Math.abs(factor - Math.SQRT1_2) < 1e-7 && x.dtype === "float32") l.erfs.set(y.ref, base);
  return [y];
};

function cast(l: Layout, v: Value, dtype: DType): Value {
  if (v.dtype === dtype) return v;
  if (v.literal !== undefined) {
    const [lo, hi] = dtype === "int32" ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
    const x = v.literal;
    const whole = dtype === "int32" || dtype === "uint32";
    return literal(
      dtype,
      v.shape,
      fold(dtype, whole && isFloat(v.dtype) ? Math.trunc(Math.min(hi, Math.max(lo, x))) : x),
    );
  }
  const { graph } = l;
  let ref = v.ref;
  if (dtype === "int32" || dtype === "uint32") {
    if (isFloat(v.dtype)) {
      // Out of range, a C++ conversion is undefined; jax-js clamps, and takes NaN for 0.
      const defined = graph.node("Where", [graph.node("IsNaN", [ref]), graph.scalar(v.dtype, 0), ref]);
      const wide = l.cast(defined, Onnx.DOUBLE);
      const [lo, hi] = dtype === "int32" ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
      const held = graph.node("Clip", [wide, graph.scalar("float64", lo), graph.scalar("float64", hi)]);
      ref = l.cast(held, dtype === "int32" ? Onnx.INT32 : Onnx.INT64);
    } else if (dtype === "uint32") {
      return l.wrap({ ...v, ref: l.cast(ref, Onnx.INT64), dtype });
    } else {
      ref = l.cast(ref, Onnx.INT32);
    }
  } else {
    ref = l.cast(ref, { float32: Onnx.FLOAT, float64: Onnx.DOUBLE, float16: Onnx.FLOAT16, bool: Onnx.BOOL }[dtype]);
  }
  return { ...v, ref, dtype };
}

const unary =
  (opType: string, onLiteral?: (x: number) => number): Rule =>
  (l, [x]) => {
    if (x.literal !== undefined && onLiteral) return [literal(x.dtype, x.shape, fold(x.dtype, onLiteral(x.literal)))];
    return [l.op(x.dtype, opType, [x])];
  };

const floatOnly =
  (opType: string, onLiteral: (x: number) => number): Rule =>
  (l, inputs, params, outs, specs) =>
    isFloat(inputs[0].dtype) ? unary(opType, onLiteral)(l, inputs, params, outs, specs) : [inputs[0]];

/** Operators that ONNX Runtime has in single precision only: doubles go through the nearest float. */
const singlePrecision =
  (opType: string, onLiteral?: (x: number) => number): Rule =>
  (l, [x], params, outs, specs) => {
    if (x.dtype === "float32" || x.literal !== undefined) return unary(opType, onLiteral)(l, [x], params, outs, specs);
    return [cast(l, l.op("float32", opType, [cast(l, x, "float32")]), x.dtype)];
  };

const binary =
  (f: (l: Layout, a: Value, b: Value) => Value): Rule =>
  (l, [a, b], _, [out]) => [f(l, promoted(l, a, out.dtype), promoted(l, b, out.dtype))];

const extremum = (opType: "Min" | "Max") =>
  binary((l, a, b) =>
    a.dtype === "bool" ? l.op("bool", opType === "Min" ? "And" : "Or", [a, b]) : l.op(a.dtype, opType, [a, b]),
  );

const idiv = binary((l, a, b) => {
  const quotient = l.op(a.dtype, "Div", [a, b]);
  if (!isFloat(a.dtype)) return quotient;
  // Truncate: ONNX has Floor and Ceil only.
  const sign = l.op(a.dtype, "Sign", [quotient]);
  return l.op(a.dtype, "Mul", [sign, l.op(a.dtype, "Floor", [l.op(a.dtype, "Abs", [quotient])])]);
});

/** From narrow to wide, as jax-js promotes. */
const ranks: DType[] = ["bool", "uint32", "int32", "float16", "float32", "float64"];

/** The type in which two operands meet: a weak one (a bare number) yields to the other's, if that is a number. */
function meeting(a: ArraySpec, b: ArraySpec): DType {
  const wider = (x: DType, y: DType) => (ranks.indexOf(x) < ranks.indexOf(y) ? y : x);
  if (Boolean(a.weak) === Boolean(b.weak)) return wider(a.dtype, b.dtype);
  return wider((a.weak ? b : a).dtype, "uint32");
}

const compare: Rule = (l, [a, b], { op }, _, [specA, specB]) => {
  const dtype = meeting(specA, specB);
  let [x, y] = [promoted(l, a, dtype), promoted(l, b, dtype)];
  if (dtype === "bool" && op !== "equal" && op !== "not_equal") [x, y] = [cast(l, x, "int32"), cast(l, y, "int32")];
  if (op === "less") return [l.op("bool", "Less", [x, y])];
  if (op === "less_equal") return [l.op("bool", "LessOrEqual", [x, y])];
  const equal = l.op("bool", "Equal", [x, y]);
  return [op === "equal" ? equal : l.op("bool", "Not", [equal])];
};

const where: Rule = (l, [condition, a, b], _, [out]) => {
  const [x, y] = [promoted(l, a, out.dtype), promoted(l, b, out.dtype)];
  return [l.op(out.dtype, "Where", [condition, x, y])];
};

const reciprocal: Rule = (l, [x]) => {
  if (x.literal !== undefined) return [literal(x.dtype, x.shape, fold(x.dtype, 1 / x.literal))];
  const y = l.op(x.dtype, "Reciprocal", [x]);
  l.reciprocals.set(y.ref, x);
  return [y];
};

/** Rules of the element-wise primitives: arithmetic, comparison, selection, casts and functions of one argument. */
export const elementwiseRules: Rules = {
  add: binary(add),
  mul: binary(mul),
  idiv,
  mod: binary((l, a, b) => l.op(a.dtype, "Mod", [a, b], { fmod: 1 })),
  min: extremum("Min"),
  max: extremum("Max"),
  neg: (l, [x]) => [scale(l, x, -1)],
  reciprocal,
  floor: floatOnly("Floor", Math.floor),
  ceil: floatOnly("Ceil", Math.ceil),
  stop_gradient: (_, [x]) => [{ ...x, still: true }],
  cast: (l, [x], { dtype }) => [cast(l, x, dtype)],
  bitcast: (_, [x], { dtype }) => {
    if (x.dtype === dtype) return [x];
    throw new Error(`compile: bitcast from ${x.dtype} to ${dtype} has no ONNX operator`);
  },
  sin: unary("Sin", Math.sin),
  cos: unary("Cos", Math.cos),
  asin: singlePrecision("Asin", Math.asin),
  atan: singlePrecision("Atan", Math.atan),
  exp: unary("Exp", Math.exp),
  log: unary("Log", Math.log),
  sqrt: (l, [x], params, outs, specs) => {
    const [y] = unary("Sqrt", Math.sqrt)(l, [x], params, outs, specs);
    if (x.literal === undefined) noteRoot(l, y, x);
    return [y];
  },
  erf,
  erfc: (l, [x], params, outs, specs) => {
    if (x.dtype === "float64") return [erfc64(l, x)];
    const [erf] = singlePrecision("Erf")(l, [x], params, outs, specs);
    return [l.op(x.dtype, "Sub", [literal(x.dtype, [], 1), erf])];
  },
  compare,
  where,
};
