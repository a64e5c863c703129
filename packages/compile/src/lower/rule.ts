import type { ArraySpec } from "../trace.js";
import type { Layout, Value } from "../value.js";

/**
 * How one primitive becomes ONNX nodes: from its operands and the parameters of its equation to its results. `outputs`
 * and `operands` are the shapes and dtypes of results and operands.
 */
export type Rule = (
  layout: Layout,
  inputs: Value[],
  // biome-ignore lint/suspicious/noExplicitAny: jax-js does not export the parameter types of its primitives.
  params: any,
  outputs: ArraySpec[],
  operands: ArraySpec[],
) => Value[];

/** Rules by the names of their primitives. */
export type Rules = Record<string, Rule>;
