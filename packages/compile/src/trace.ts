/** From a JavaScript function over arrays to a flat jaxpr. */
import * as jax from "@jax-js/jax";
import { type DType, isFloat, type TypedArray } from "./dtype.js";

type Jaxpr = InstanceType<typeof jax.Jaxpr>;
/** One equation of a jaxpr: a primitive, its operands, its parameters, and the variables that it binds. */
export type Equation = Jaxpr["eqns"][number];
/** An operand of an equation: a variable or a literal number. */
export type Atom = Equation["inputs"][number];
/** A variable of a jaxpr, with its abstract value (shape and dtype). */
export type Variable = Equation["outBinders"][number];

/** Shape and dtype of an array. */
export interface ArraySpec {
  /** Sizes of the axes; `[]` for a scalar. */
  readonly shape: readonly number[];
  /** Type of the elements. */
  readonly dtype: DType;
  /** Is it a weak type, made from a bare number, which takes on the type of what it meets? */
  readonly weak?: boolean;
}

/** An array that the traced function closed over. */
export interface Constant extends ArraySpec {
  /** Elements, last axis fastest; absent for floats that are all zero. */
  readonly data?: TypedArray;
}

/** A traced function: a flat jaxpr, and the tree of its results. */
export interface Traced {
  /** In the order of evaluation, nested `jit` calls inlined. */
  readonly equations: readonly Equation[];
  /** Arrays that the function closed over, each with the variable that stands for it. */
  readonly constants: readonly { binder: Variable; value: Constant }[];
  /** Variables of the arguments' leaves, in the order of the tree. */
  readonly inputs: readonly Variable[];
  /** Leaves of the result, in the order of `outTree`. */
  readonly outputs: readonly Atom[];
  /** Structure of the result. */
  readonly outTree: jax.JsTreeDef;
}

/** Is the operand a variable, and not a literal? */
export const isVariable = (atom: Atom): atom is Variable => !("value" in atom);
/** Shape and dtype of an operand. */
export const specOf = (atom: Atom): ArraySpec => ({
  shape: atom.aval.shape,
  dtype: atom.aval.dtype as DType,
  weak: atom.aval.weakType,
});

/** A function from trees of jax-js arrays to a tree of them. */
// biome-ignore lint/suspicious/noExplicitAny: functions over arbitrary trees, as in jax-js itself.
export type JaxFunction = (...args: any[]) => jax.JsTree<jax.Array>;

/**
 * Traces `fn` to a flat jaxpr, with nested `jit` calls inlined.
 * @param argsTree structure of the list of arguments
 * @param specs shapes and dtypes of its leaves, in order
 */
export function trace(fn: JaxFunction, argsTree: jax.JsTreeDef, specs: readonly ArraySpec[]): Traced {
  // jax-js wants arrays as stand-ins; zeros are lazy there and take no memory.
  const standIns = specs.map(({ shape, dtype }) => jax.numpy.zeros([...shape], { dtype: jax.numpy[dtype] }));
  const args = jax.tree.unflatten(argsTree, standIns) as unknown[];
  const { jaxpr: closed, treedef } = jax.makeJaxpr(fn)(...args);
  for (const s of standIns) s.dispose();
  const jaxpr = closed.jaxpr.flatten().simplify();
  const count = closed.consts.length;
  const constants = closed.consts.map((c, i) => {
    const array = c as unknown as jax.Array;
    const spec = { shape: array.shape, dtype: array.dtype as DType };
    const value = isZero(array) ? spec : { ...spec, data: array.dataSync() as TypedArray };
    return { binder: jaxpr.inBinders[i], value };
  });
  return {
    equations: jaxpr.eqns,
    constants,
    inputs: jaxpr.inBinders.slice(count),
    outputs: jaxpr.outs,
    outTree: treedef as unknown as jax.JsTreeDef,
  };
}

/**
 * Is every element of an array of floats zero? Tangents of weights are such arrays, as large as the weights: jax-js keeps
 * them as one number, and goes through them several times faster than it would write them out.
 */
function isZero(array: jax.Array): boolean {
  const { numpy: np } = jax;
  if (!isFloat(array.dtype as DType) || array.size === 0) return false;
  return np.max(np.absolute(array.ref)).dataSync()[0] === 0;
}
