/**
 * The safetensors format: 8 bytes of header length (little-endian), a JSON header, the data.
 * https://github.com/huggingface/safetensors#format
 */

import { type DType, fromHalves, type Tensor, type TypedArray, tensor, toHalves } from "@geodrift/compile";
import { GeodriftError } from "../errors/geodrift-error.js";

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

/** The content of a safetensors file. */
export interface TensorFile {
  /** Tensors by name. */
  tensors: Record<string, Tensor>;
  /** The file's `__metadata__`: strings by name. */
  metadata: Record<string, string>;
}

/**
 * Encodes tensors as the bytes of a safetensors file, in the order of their names in the record.
 * @param options `half` tells which float32 tensors are stored in half precision, F16; none if left out
 * @throws TypeError for a tensor that is not float32, float64 or int32
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

/** Where a tensor lies in a file, and what it is. */
export interface StoredTensor {
  name: string;
  /** Element type as the file names it: `F32`, `BF16`, … */
  dtype: string;
  shape: number[];
  /** Offset of its first byte from the start of the file. */
  from: number;
  /** Offset of the byte after its last. */
  to: number;
}

/** The header of a safetensors file. */
export interface SafetensorsHeader {
  /** In order of their bytes, which they fill without gap or overlap. */
  entries: StoredTensor[];
  /** The file's `__metadata__`; empty where it has none. */
  metadata: Record<string, string>;
}

function fail(what: string): never {
  throw new GeodriftError("file", `not a valid safetensors file: ${what}`);
}

/**
 * The length of the JSON header, in bytes.
 * @param start the first 8 bytes of the file, or more
 * @param fileLength bytes of the whole file
 * @throws GeodriftError `file` if the file cannot hold such a header, or it is longer than 100 MB
 */
export function safetensorsHeaderLength(start: Uint8Array, fileLength: number): number {
  if (fileLength < 8) fail(`it has ${fileLength} bytes, fewer than the 8 of its header length`);
  const length = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true));
  if (length > maxHeaderBytes) fail(`its header claims ${length} bytes`);
  if (8 + length > fileLength) fail(`its header claims ${length} bytes, but the file has ${fileLength}`);
  return length;
}

/**
 * Parses the header and checks it against the length of the file, so that tensors can be read one by one.
 * @param json the bytes of the header, without the 8 of its length
 * @param fileLength bytes of the whole file
 * @throws GeodriftError `file` if the header is not JSON, has a key twice, or its tensors overlap, leave gaps or do not
 * fill the file
 */
export function parseSafetensorsHeader(json: Uint8Array, fileLength: number): SafetensorsHeader {
  let header: Record<string, unknown>;
  const text = new TextDecoder().decode(json);
  try {
    header = JSON.parse(text);
  } catch {
    return fail("its header is not JSON");
  }
  if (header === null || typeof header !== "object" || Array.isArray(header)) fail("its header is not a JSON object");
  const twice = repeatedKey(text);
  if (twice !== undefined) fail(`its header has the key "${twice}" twice`);
  const [begin, length] = [8 + json.length, fileLength - 8 - json.length];
  let end = 0;
  const entries = entriesByOffset(header).map(([name, { dtype, shape }, from, to]): StoredTensor => {
    if (from !== end) fail(`tensor "${name}" begins at byte ${from}, where ${end} is expected`);
    const type = dtypes[dtype as StoredType];
    const size = shape.reduce((a, b) => a * b, 1) * (type?.bytes ?? 0);
    if (type && to - from !== size) fail(`tensor "${name}" of shape [${shape}] takes ${size} bytes, not ${to - from}`);
    if (to < from) fail(`tensor "${name}" ends at byte ${to}, before it begins`);
    if (to > length) fail(`tensor "${name}" ends at byte ${to}, but the data has ${length}`);
    end = to;
    return { name, dtype, shape, from: begin + from, to: begin + to };
  });
  if (end < length) fail(`its data has ${length} bytes, but its tensors end at ${end}`);
  return { entries, metadata: (header.__metadata__ ?? {}) as Record<string, string> };
}

/**
 * Decodes one tensor of a file.
 * @param bytes exactly those of the tensor, little-endian
 * @returns the tensor; F16 and BF16 become float32
 * @throws GeodriftError `file` for an element type other than F64, F32, F16, BF16 and I32
 */
export function decodeTensor({ name, dtype, shape }: StoredTensor, bytes: ArrayBuffer): Tensor {
  const type = dtypes[dtype as StoredType];
  if (!type) fail(`tensor "${name}" has the unknown type ${dtype}`);
  return tensor(type.read(bytes), shape, type.dtype);
}

/**
 * Reads a whole file from memory.
 * @throws GeodriftError `file` as `parseSafetensorsHeader` and `decodeTensor` do
 */
export function readSafetensors(file: Uint8Array): TensorFile {
  const length = safetensorsHeaderLength(file, file.length);
  const { entries, metadata } = parseSafetensorsHeader(file.subarray(8, 8 + length), file.length);
  const decode = (e: StoredTensor) => decodeTensor(e, new Uint8Array(file.subarray(e.from, e.to)).buffer);
  return { tensors: Object.fromEntries(entries.map((e) => [e.name, decode(e)])), metadata };
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function entriesByOffset(header: Record<string, unknown>): [string, Entry, number, number][] {
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

/** A key that an object of a valid JSON text has twice: `JSON.parse` keeps the last and says nothing. */
function repeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (token.endsWith(":")) {
      const key = JSON.parse(token.slice(0, -1));
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

function fromBfloat(bits: Uint16Array): Float32Array {
  const wide = new Uint32Array(bits.length);
  for (let i = 0; i < wide.length; i++) wide[i] = bits[i] << 16;
  return new Float32Array(wide.buffer);
}
