/** NumPy's array file: a header that is a Python literal, then the numbers (NEP 1; versions 1 to 3). */

import { readFile } from "node:fs/promises";
import { GeodriftError, withSubject } from "@geodrift/core/errors";
import { cannotRead } from "./system-error.js";

/** An array of numbers with its shape. */
export interface NumericArray {
  /** Sizes of the axes, slowest first. */
  shape: number[];
  /** Row-major, the product of the shape in numbers; doubles are rounded to single precision. */
  data: Float32Array;
}

const readers: Record<string, [bytes: number, (view: DataView, at: number) => number]> = {
  "<f4": [4, (v, at) => v.getFloat32(at, true)],
  "<f8": [8, (v, at) => v.getFloat64(at, true)],
};

/**
 * Reads a NumPy array file.
 * @throws GeodriftError, beginning with the file's name: `not-found` or `file` if it cannot be read, or is none that
 * `parseNpy` takes
 */
export async function readNpy(file: string): Promise<NumericArray> {
  const bytes = await readFile(file).catch(cannotRead(file));
  return withSubject(file, () => parseNpy(bytes));
}

/**
 * An array of little-endian floats of 4 or 8 bytes, rows first, from the bytes of a `.npy` file.
 * @throws GeodriftError `file`, without a subject, for what is no such file, is cut off, or holds another type or order
 */
export function parseNpy(bytes: Buffer): NumericArray {
  if (bytes.length < 12 || bytes.toString("latin1", 0, 6) !== "\x93NUMPY")
    throw new GeodriftError("file", "is not a NumPy array file");
  const [start, length] = bytes[6] === 1 ? [10, bytes.readUInt16LE(8)] : [12, bytes.readUInt32LE(8)];
  const header = bytes.toString("utf8", start, start + length);
  const type = /'descr': *'([^']*)'/.exec(header)?.[1] ?? "";
  const shape =
    /'shape': *\(([^)]*)\)/
      .exec(header)?.[1]
      .split(",")
      .filter((d) => d.trim() !== "")
      .map(Number) ?? [];
  const reader = readers[type];
  if (!reader) throw new GeodriftError("file", `floats of 4 or 8 bytes are read, got "${type}"`);
  if (/'fortran_order': *True/.test(header) && shape.filter((d) => d > 1).length > 1)
    throw new GeodriftError("file", `rows first is the order that is read, this array has columns first`);
  const count = shape.reduce((a, b) => a * b, 1);
  const [size, read] = reader;
  if (bytes.length - start - length !== count * size)
    throw new GeodriftError(
      "file",
      `[${shape}] takes ${count * size} bytes, the file has ${bytes.length - start - length}: it is cut off or damaged`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset + start + length);
  return { shape, data: Float32Array.from({ length: count }, (_, i) => read(view, i * size)) };
}
