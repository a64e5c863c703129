/**
 * Recognises layer normalisation, (x − mean) / √(variance + eps) over the last axis, in the equations that it is written
 * with, and makes it one operator where no gradient needs the parts.
 */
import { commonShape, type Layout, sameAxes, type Value } from "../value.js";

const width = (x: Value): number => x.shape[x.shape.length - 1];
const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.abs(b);

/** Does `v` hold one number for each row of `x`, the last axis kept as 1? */
const perRow = (v: Value, x: Value): boolean =>
  v.axes.length === x.axes.length && v.axes.every((p, i) => p === (i === x.axes.length - 1 ? null : x.axes[i]));

/**
 * After a sum of `x` over `axes`: notes whether it is that of x itself, or of the squares of centred x.
 * @param ofSquares whether the squares of `x` were summed
 */
export function noteSum(l: Layout, result: Value, x: Value, axes: readonly number[], ofSquares: boolean): void {
  const last = x.shape.length - 1;
  if (x.dtype !== "float32" || axes.length !== 1 || axes[0] !== last || x.axes[last] !== x.dims.length - 1) return;
  const centred = l.stages.get(x.ref);
  if (ofSquares && centred?.stage === "centred" && sameAxes(x, centred.x))
    l.stages.set(result.ref, { ...centred, stage: "squares" });
  if (!ofSquares) l.stages.set(result.ref, { stage: "sum", x, eps: 0 });
}

/** After a + factor·b: notes whether it is x minus its mean, or a variance plus eps. */
export function noteSumOf(l: Layout, result: Value, a: Value, b: Value, factor: number): void {
  const known = b.literal === undefined ? l.stages.get(b.ref) : undefined;
  if (
    known?.stage === "sum" &&
    known.x.ref === a.ref &&
    sameAxes(a, known.x) &&
    perRow(b, known.x) &&
    near(factor, -1 / width(known.x))
  )
    l.stages.set(result.ref, { ...known, stage: "centred" });
  if (known?.stage === "squares" && a.literal !== undefined && near(factor, 1 / width(known.x)))
    l.stages.set(result.ref, { ...known, stage: "variance", eps: a.literal });
}

/** After a square root: notes whether it is that of a variance plus eps. */
export function noteRoot(l: Layout, result: Value, argument: Value): void {
  const known = l.stages.get(argument.ref);
  if (known?.stage === "variance") l.stages.set(result.ref, { ...known, stage: "deviation" });
}

/** The quotient a / b as one `LayerNormalization` over the last axis (Ba et al. 2016, without gain and bias), if it is one. */
export function layerNormalization(l: Layout, a: Value, b: Value): Value | undefined {
  const [centred, deviation] = [l.stages.get(a.ref), l.stages.get(b.ref)];
  if (centred?.stage !== "centred" || deviation?.stage !== "deviation" || centred.x.ref !== deviation.x.ref)
    return undefined;
  const { x, eps } = deviation;
  if (!sameAxes(a, x) || !perRow(b, x)) return undefined;
  const ones = l.graph.constant("float32", [width(x)], new Float32Array(width(x)).fill(1));
  return {
    ...a,
    shape: commonShape(a.shape, b.shape),
    ref: l.graph.node("LayerNormalization", [x.ref, ones], { axis: -1, epsilon: { float: eps } }),
  };
}
