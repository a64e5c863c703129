import type { ArraySpec } from "../trace.js";
import type { Layout, Value } from "../value.js";

/** How one primitive becomes ONNX nodes: from its operands, its jaxpr parameters and its result types to its results. */
// biome-ignore lint/suspicious/noExplicitAny: jax-js does not export the parameter types of its primitives.
export type Rule = (layout: Layout, inputs: Value[], params: any, outputs: ArraySpec[]) => Value[];

export type Rules = Record<string, Rule>;
