/** Every primitive's rule, and the walk over a jaxpr that applies them. */
import type { DType } from "../dtype.js";
import { GraphBuilder, Onnx } from "../graph.js";
import { borderType } from "../onnx-type.js";
import { type Atom, isVariable, specOf, type Traced } from "../trace.js";
import { keyOf, Layout, literal, type Value, zeros } from "../value.js";
import { bitRules } from "./bits.js";
import { elementwiseRules } from "./elementwise.js";
import { indexingRules } from "./indexing.js";
import { linalgRules } from "./linalg.js";
import { randomRules } from "./random.js";
import { reduceRules } from "./reduce.js";
import type { Rules } from "./rule.js";
import { shapeRules } from "./shape.js";
import { windowRules } from "./window.js";

const rules: Rules = {
  ...elementwiseRules,
  ...bitRules,
  ...reduceRules,
  ...shapeRules,
  ...windowRules,
  ...indexingRules,
  ...randomRules,
  ...linalgRules,
};

/** Names of the primitives that lower to ONNX. */
export const loweredPrimitives: readonly string[] = Object.keys(rules);

/**
 * Lowers a traced function to an ONNX model with inputs `in0…` and outputs `out0…` in tree order.
 * @throws Error naming the primitive if one has no ONNX form.
 */
export function lower(traced: Traced): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder();
  const layout = new Layout(graph);
  const values = new Map<Atom, Value>();
  const read = (atom: Atom): Value => {
    if (!isVariable(atom)) return literal(atom.aval.dtype as DType, [], Number(atom.value));
    const v = values.get(atom);
    if (!v) throw new Error(`compile: the jaxpr uses a variable before it is defined: ${atom}`);
    return v;
  };

  traced.inputs.forEach((binder, i) => {
    const { shape, dtype } = specOf(binder);
    graph.input(`in${i}`, borderType[dtype], shape);
    const ref = dtype === "uint32" ? graph.node("Cast", [`in${i}`], { to: Onnx.INT64 }) : `in${i}`;
    values.set(binder, layout.fromRef(ref, shape, dtype));
  });
  for (const { binder, value } of traced.constants) {
    const { shape, dtype, data } = value;
    values.set(binder, data ? layout.fromRef(graph.constant(dtype, shape, data), shape, dtype) : zeros(dtype, shape));
  }

  const uses = new Map<Atom, number>();
  for (const atom of [...traced.equations.flatMap((e) => e.inputs), ...traced.outputs])
    uses.set(atom, (uses.get(atom) ?? 0) + 1);

  // Backward passes recompute what forward passes have: equal applications share one result.
  const known = new Map<string, Value[]>();
  for (const { primitive, inputs, params, outBinders } of traced.equations) {
    const rule = rules[primitive];
    if (!rule) throw new Error(`compile: the primitive "${primitive}" has no ONNX form`);
    const operands = inputs.map(read);
    const key = `${primitive}(${operands.map(keyOf).join(";")})${JSON.stringify(params)}:${inputs.concat(outBinders).map((v) => v.aval.dtype + (v.aval.weakType ? "*" : ""))}`;
    const seen = known.get(key);
    const results = seen ?? rule(layout, operands, params, outBinders.map(specOf), inputs.map(specOf));
    known.set(key, results);
    outBinders.forEach((binder, i) => {
      values.set(binder, results[i]);
      if (seen || (uses.get(binder) ?? 0) > 1) layout.shared.add(results[i].ref);
    });
  }

  traced.outputs.forEach((atom, i) => {
    const { shape, dtype } = specOf(atom);
    const dense = layout.dense(read(atom));
    const border = dtype === "uint32" ? graph.node("Cast", [dense], { to: borderType.uint32 }) : dense;
    graph.output(`out${i}`, borderType[dtype], shape, border);
  });
  return graph.finish();
}
