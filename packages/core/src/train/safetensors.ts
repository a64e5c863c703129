/**
 * The safetensors format: 8 bytes of header length (little-endian), a JSON header, the data.
 * https://github.com/huggingface/safetensors#format
 */
import { type DType, fromHalves, type Tensor, type TypedArray, tensor, toHalves } from "@geodrift/compile";

/** Longer headers are refused, as in the reference implementation. */
const maxHeaderBytes = 100_000_000;

const dtypes = {
  F64: { bytes: 8, read: (b: ArrayBuffer) => new Float64Array(b), dtype: "float64" },
  F32: { bytes: 4, read: (b: ArrayBuffer) => new Float32Array(b), dtype: "float32" },
  F16: { bytes: 2, read: (b: ArrayBuffer) => fromHalves(new Uint16Array(b)), dtype: "float32" },
  BF16: { bytes: 2, read: (b: ArrayBuffer) => fromBfloat(new Uint16Array(b)), dtype: "float32" },
  I32: { bytes: 4, read: (b: ArrayBuffer) => new Int32Array(b), dtype: "int32" },
} as const satisfies Record<string, { bytes: number; read: (b: ArrayBuffer) => TypedArray; dtype: DType }>;

type StoredType = keyof typeof dtypes;

export interface TensorFile {
  tensors: Record<string, Tensor>;
  /** The file's `__metadata__`: strings by name. */
  metadata: Record<string, string>;
}

/**
 * Bytes of a safetensors file.
 * @param options.half store this float32 tensor as F16?
 */
export function writeSafetensors(
  { tensors, metadata }: TensorFile,
  { half = () => false }: { half?: (name: string) => boolean } = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const [name, t] of Object.entries(tensors)) {
    const [stored, bytes] = encode(name, t, half(name));
    header[name] = { dtype: stored, shape: t.dims, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    chunks.push(bytes);
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const head = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20); // spaces keep the data aligned
  head.set(json);
  const out = new Uint8Array(8 + head.length + offset);
  new DataView(out.buffer).setBigUint64(0, BigInt(head.length), true);
  out.set(head, 8);
  let at = 8 + head.length;
  for (const c of chunks) {
    out.set(c, at);
    at += c.length;
  }
  return out;
}

function encode(name: string, t: Tensor, half: boolean): [StoredType, Uint8Array] {
  const data = t.data as TypedArray;
  if (t.type === "float32" && half) return ["F16", bytes(toHalves(data))];
  const stored = ({ float32: "F32", float64: "F64", int32: "I32" } as const)[t.type as "float32"];
  if (!stored) throw new TypeError(`safetensors: tensor "${name}" has type ${t.type}, which is not stored`);
  return [stored, bytes(data)];
}

const bytes = (a: TypedArray): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength);

/**
 * Reads a whole file; half-precision tensors become float32.
 * @throws Error in one sentence for a file that is truncated, overlapping or otherwise not what it says.
 */
export function readSafetensors(file: Uint8Array): TensorFile {
  const fail = (what: string): never => {
    throw new Error(`not a valid safetensors file: ${what}`);
  };
  if (file.length < 8) fail(`it has ${file.length} bytes, fewer than the 8 of its header length`);
  const headLength = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (headLength > maxHeaderBytes) fail(`its header claims ${headLength} bytes`);
  if (8 + headLength > file.length) fail(`its header claims ${headLength} bytes, but the file has ${file.length}`);
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headLength)));
  } catch {
    return fail("its header is not JSON");
  }
  if (header === null || typeof header !== "object" || Array.isArray(header)) fail("its header is not a JSON object");
  const data = file.subarray(8 + headLength);
  const tensors: Record<string, Tensor> = {};
  let end = 0;
  for (const [name, entry, from, to] of entriesByOffset(header, fail)) {
    const type = dtypes[entry.dtype as StoredType];
    if (!type) fail(`tensor "${name}" has the unknown type ${entry.dtype}`);
    if (from !== end) fail(`tensor "${name}" begins at byte ${from}, where ${end} is expected`);
    const size = entry.shape.reduce((a, b) => a * b, 1) * type.bytes;
    if (to - from !== size) fail(`tensor "${name}" of shape [${entry.shape}] takes ${size} bytes, not ${to - from}`);
    if (to > data.length) fail(`tensor "${name}" ends at byte ${to}, but the data has ${data.length}`);
    tensors[name] = tensor(type.read(new Uint8Array(data.subarray(from, to)).buffer), entry.shape, type.dtype);
    end = to;
  }
  return { tensors, metadata: (header.__metadata__ ?? {}) as Record<string, string> };
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function entriesByOffset(
  header: Record<string, unknown>,
  fail: (what: string) => never,
): [string, Entry, number, number][] {
  const whole = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;
  return Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, e]): [string, Entry, number, number] => {
      const entry = (e ?? {}) as Partial<Entry>;
      const ok = Array.isArray(entry.shape) && entry.shape.every(whole) && Array.isArray(entry.data_offsets);
      if (!ok || !entry.data_offsets?.every(whole)) fail(`the entry of tensor "${name}" lacks a shape or offsets`);
      const [from, to] = entry.data_offsets as [number, number];
      return [name, entry as Entry, from, to];
    })
    .sort((a, b) => a[2] - b[2] || a[3] - b[3]);
}

function fromBfloat(bits: Uint16Array): Float32Array {
  const wide = new Uint32Array(bits.length);
  for (let i = 0; i < wide.length; i++) wide[i] = bits[i] << 16;
  return new Float32Array(wide.buffer);
}
