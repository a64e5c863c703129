/**
 * Reference numbers made by running the official code. A few of them lie in `golden/`, so that every clone is held against them; the
 * whole lies outside, and tests that need it skip where it is absent.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Tensor, tensor } from "@geodrift/compile";
import { readSafetensors, type TensorFile } from "@geodrift/core";

const folder = fileURLToPath(new URL("../../../shared/parity/", import.meta.url));

const golden = fileURLToPath(new URL("golden/", import.meta.url));

export const present = existsSync(folder);
if (!present) console.warn("parity is tested on the golden numbers alone: ../shared/parity is absent");

// biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes, read by tests that know each one.
export const json = (name: string): any => JSON.parse(readFileSync((present ? folder : golden) + name, "utf8"));

export const tensors = (name: string): TensorFile["tensors"] => readSafetensors(readFileSync(folder + name)).tensors;

export const flat = (x: unknown): number[] => (Array.isArray(x) ? x.flatMap(flat) : [Number(x)]);

const shapeOf = (x: unknown): number[] => (Array.isArray(x) ? [x.length, ...shapeOf(x[0])] : []);

/** Nested lists as a tensor. */
export function nested(x: unknown, dtype: "float32" | "float64"): Tensor {
  return tensor(flat(x), shapeOf(x), dtype);
}

/** The same tensors in double precision. */
export const doubles = (p: Record<string, Tensor>): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(p).map(([k, t]) => [k, tensor(Float64Array.from(t.data as Float32Array), t.dims, "float64")]),
  );

/** Largest absolute difference; NaN where one is and the other is not. */
export function gap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.NaN;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(Number(a[i]) - Number(b[i]));
    if (!(d <= worst)) worst = d;
  }
  return worst;
}
