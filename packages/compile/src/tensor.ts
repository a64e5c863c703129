/** Tensors: typed arrays with a shape, in the form that ONNX Runtime takes and gives. */
import { Tensor } from "onnxruntime-common";
import { allocate, type DType, type TypedArray } from "./dtype.js";

export { Tensor };

/**
 * A tensor over `data` (not copied if it is a typed array of the right kind).
 * @throws RangeError if the shape does not hold as many elements as `data`.
 */
export function tensor(
  data: TypedArray | readonly number[],
  shape: readonly number[],
  dtype: DType = "float32",
): Tensor {
  const length = shape.reduce((a, b) => a * b, 1);
  if (data.length !== length)
    throw new RangeError(`tensor: shape [${shape}] holds ${length} elements, got ${data.length}`);
  if (ArrayBuffer.isView(data)) return new Tensor(dtype, data as never, shape);
  const own = allocate(dtype, length);
  own.set(data);
  return new Tensor(dtype, own as never, shape);
}

/** Tensors as threads hand them over: without their class. */
export type SentTensors = Record<string, { data: TypedArray; dims: number[]; type: DType }>;

export const sentTensors = (tensors: Record<string, Tensor>): SentTensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { data, dims, type }]) => [
      name,
      { data: data as TypedArray, dims: [...dims], type: type as DType },
    ]),
  );

export const receivedTensors = (sent: SentTensors): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(sent).map(([name, { data, dims, type }]) => [name, tensor(data, dims, type)]));
