import type { ArraySpec } from "../trace.js";
import type { Layout, Value } from "../value.js";

/** How one primitive becomes ONNX nodes: from its operands, its jaxpr parameters its result types and those of its operands to its results. */
export type Rule = (
  layout: Layout,
  inputs: Value[],
  // biome-ignore lint/suspicious/noExplicitAny: jax-js does not export the parameter types of its primitives.
  params: any,
  outputs: ArraySpec[],
  operands: ArraySpec[],
) => Value[];

export type Rules = Record<string, Rule>;
