/**
 * jaxpr → ONNX → ONNX Runtime. Knows nothing of geography.
 * @example
 * ```js
 * import { compile, tensor } from "@geodrift/compile";
 * import { grad, numpy as np } from "@jax-js/jax";
 * import * as ort from "onnxruntime-node";
 * const slope = compile(grad((x) => np.sin(x.ref).mul(x).sum()), { runtime: ort });
 * console.log((await slope(tensor([0, 1, 2], [3]))).data);
 * await slope.dispose();
 * ```
 * @module
 */
export {
  type Compiled,
  type CompileOptions,
  compile,
  exportOnnx,
  type Runtime,
  type SpecTree,
  type TensorTree,
} from "./compile.js";
export { allocate, type DType, fromHalves, type TypedArray, toHalves } from "./dtype.js";
export { loweredPrimitives } from "./lower/index.js";
export { asEncoder, type OnnxPort, type OnnxSummary, packOnnx, summarizeOnnx, withOutput } from "./onnx-file.js";
export { quantizeOnnx } from "./quantize.js";
export { receivedTensors, type SentTensors, sentTensors, Tensor, tensor } from "./tensor.js";
export type { ArraySpec, JaxFunction } from "./trace.js";
