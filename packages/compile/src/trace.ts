/** From a JavaScript function over arrays to a flat jaxpr. */
import * as jax from "@jax-js/jax";
import type { DType, TypedArray } from "./dtype.js";

type Jaxpr = InstanceType<typeof jax.Jaxpr>;
export type Equation = Jaxpr["eqns"][number];
export type Atom = Equation["inputs"][number];
export type Variable = Equation["outBinders"][number];

export interface ArraySpec {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Made from a bare number: takes on the type of what it meets. */
  readonly weak?: boolean;
}

export interface Constant extends ArraySpec {
  readonly data: TypedArray;
}

export interface Traced {
  readonly equations: readonly Equation[];
  readonly constants: readonly { binder: Variable; value: Constant }[];
  readonly inputs: readonly Variable[];
  readonly outputs: readonly Atom[];
  readonly outTree: jax.JsTreeDef;
}

export const isVariable = (atom: Atom): atom is Variable => !("value" in atom);
export const specOf = (atom: Atom): ArraySpec => ({
  shape: atom.aval.shape,
  dtype: atom.aval.dtype as DType,
  weak: atom.aval.weakType,
});

// biome-ignore lint/suspicious/noExplicitAny: functions over arbitrary trees, as in jax-js itself.
export type JaxFunction = (...args: any[]) => jax.JsTree<jax.Array>;

/**
 * Traces `fn` on arguments of the given specs (trees whose leaves have a shape and a dtype).
 * Nested `jit` calls are inlined.
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
    const value = { shape: array.shape, dtype: array.dtype as DType, data: array.dataSync() as TypedArray };
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
