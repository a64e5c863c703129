/** Element types: how a jax-js dtype is stored in JavaScript, and as bytes in an ONNX file. */

/** Element types of jax-js arrays. */
export type DType = "float32" | "float64" | "float16" | "int32" | "uint32" | "bool";

/** What holds the elements of a tensor: float16 as 16-bit patterns in a Uint16Array, bool as 0 and 1 in a Uint8Array. */
export type TypedArray = Float32Array | Float64Array | Uint16Array | Int32Array | Uint32Array | Uint8Array;

/** Is it a floating-point type? */
export const isFloat = (dtype: DType): boolean => dtype.startsWith("float");

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
} as const;

/** A zeroed typed array of `length` elements of a dtype (float16 as its 16-bit patterns, bool as bytes). */
export const allocate = (dtype: DType, length: number): TypedArray => new arrays[dtype](length);

/**
 * Little-endian bytes of numbers, as they stand in an ONNX initializer of the dtype's inner type.
 * @param values numbers, float16 too (they are rounded to the nearest half)
 */
export function innerBytes(dtype: DType, values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  if (dtype === "uint32") return bytesOf(BigInt64Array.from(values as number[], (v) => BigInt(v)));
  if (dtype === "float16") return bytesOf(Uint16Array.from(values as number[], toHalf));
  return bytesOf(arrays[dtype].from(values as number[]));
}

/** A copy of the bytes of a typed array. */
export function bytesOf(a: ArrayBufferView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(a.buffer as ArrayBuffer, a.byteOffset, a.byteLength).slice();
}

const scratch = new DataView(new ArrayBuffer(4));

/**
 * The 16-bit pattern of the half-precision float (IEEE 754 binary16) nearest to the single-precision `x`, ties to even;
 * infinity from 65520 on.
 */
export function toHalf(x: number): number {
  scratch.setFloat32(0, x);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 65536 and beyond, infinity
  if (magnitude < 0x38800000) {
    // Subnormal half: multiples of 2^-24; Math.round rounds halves up, so settle ties by parity.
    const units = Math.abs(x) * 2 ** 24;
    const floor = Math.floor(units);
    const up = units - floor > 0.5 || (units - floor === 0.5 && floor % 2 === 1);
    return sign | (floor + (up ? 1 : 0));
  }
  const half = (magnitude - 0x38000000) >>> 13;
  const rest = magnitude & 0x1fff;
  const up = rest > 0x1000 || (rest === 0x1000 && (half & 1) === 1);
  return sign | (half + (up ? 1 : 0));
}

/** The number that a half-precision (IEEE 754 binary16) bit pattern stands for. */
export function fromHalf(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const exponent = (h >>> 10) & 0x1f;
  const fraction = h & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let halves: Float32Array | undefined;

function allHalves(): Float32Array {
  const table = new Float32Array(65_536);
  for (let h = 0; h < table.length; h++) table[h] = fromHalf(h);
  return table;
}

/** The numbers of half-precision patterns [n], by a table of all 65,536. */
export function fromHalves(patterns: Uint16Array): Float32Array {
  halves ??= allHalves();
  const table = halves;
  const out = new Float32Array(patterns.length);
  for (let i = 0; i < out.length; i++) out[i] = table[patterns[i]];
  return out;
}

/** The half-precision patterns nearest to numbers [n]. */
export function toHalves(values: ArrayLike<number>): Uint16Array {
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = toHalf(values[i]);
  return out;
}
