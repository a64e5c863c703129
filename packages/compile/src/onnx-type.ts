/** Element types as ONNX numbers them, at a graph's border and inside; apart, as whoever reads tensors needs no protocol buffers. */
import { TensorProto_DataType as Onnx } from "onnx-buf";
import type { DType } from "./dtype.js";

/** ONNX element type of a graph's inputs and outputs: what a caller's typed array holds. */
export const borderType: Record<DType, Onnx> = {
  float32: Onnx.FLOAT,
  float64: Onnx.DOUBLE,
  float16: Onnx.FLOAT16,
  int32: Onnx.INT32,
  uint32: Onnx.UINT32,
  bool: Onnx.BOOL,
};

/**
 * ONNX element type inside a graph. ONNX Runtime has almost no uint32 kernels, so uint32 travels as int64 and is
 * masked to 32 bits after every operation that can leave the range.
 */
export const innerType: Record<DType, Onnx> = { ...borderType, uint32: Onnx.INT64 };
