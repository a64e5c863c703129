/** Tensors: typed arrays with a shape, in the form that ONNX Runtime takes and gives. */
import { Tensor } from "onnxruntime-common";
import { allocate, type DType, type TypedArray } from "./dtype.js";

export { Tensor };

/**
 * A tensor of ONNX Runtime with the given elements, shape and dtype.
 * @param data elements, last axis fastest; a typed array of the dtype's kind is used without a copy, a list of numbers
 * is copied (float16 as 16-bit patterns, bool as 0 and 1)
 * @param shape sizes of the axes; `[]` for a scalar
 * @throws RangeError if the shape does not hold as many elements as `data`
 * @throws TypeError if a typed array is not of the dtype's kind
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

/** Tensors by name as plain objects, without their class, as a structured clone carries them between threads. */
export type SentTensors = Record<string, { data: TypedArray; dims: number[]; type: DType }>;

/** Tensors as plain objects for another thread; the elements are not copied. */
export const sentTensors = (tensors: Record<string, Tensor>): SentTensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { data, dims, type }]) => [
      name,
      { data: data as TypedArray, dims: [...dims], type: type as DType },
    ]),
  );

/**
 * The inverse of `sentTensors`: tensors over the elements received, which are not copied.
 * @throws RangeError if a shape does not hold as many elements as its data
 */
export const receivedTensors = (sent: SentTensors): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(sent).map(([name, { data, dims, type }]) => [name, tensor(data, dims, type)]));
