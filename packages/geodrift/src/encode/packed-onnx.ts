import { exportOnnx, packOnnx, type SpecTree, type Tensor } from "@geodrift/compile";
import type { Parameters, Traced } from "@geodrift/core";
import type { numpy as np } from "@jax-js/jax";

/**
 * A traced function of weights and inputs as an ONNX file with the weights inside.
 * @param fn takes the weights by name, then the inputs in their order
 * @param params the weights, which keep their shapes and types
 * @param inputs shapes by name; all inputs are in single precision
 * @param output name of the result
 * @returns the bytes of the ONNX file
 */
export function packedOnnx(
  fn: (p: Traced, ...inputs: np.Array[]) => np.Array,
  params: Parameters,
  inputs: Readonly<Record<string, readonly number[]>>,
  output: string,
): Uint8Array<ArrayBuffer> {
  const specs: Record<string, SpecTree> = Object.fromEntries(
    Object.entries(params).map(([name, t]) => [name, { shape: t.dims, dtype: t.type as "float32" }]),
  );
  const shapes = Object.values(inputs).map((shape): SpecTree => ({ shape: [...shape], dtype: "float32" }));
  const file = exportOnnx(fn as never, specs, ...shapes);
  // Arguments are numbered in the order of a tree's leaves, which of a record is its own.
  const weights = Object.fromEntries(Object.keys(params).map((name, i): [string, Tensor] => [`in${i}`, params[name]]));
  const first = Object.keys(params).length;
  const names = Object.fromEntries(Object.keys(inputs).map((name, i) => [`in${first + i}`, name]));
  return packOnnx(file, { weights, names: { ...names, out0: output } });
}
