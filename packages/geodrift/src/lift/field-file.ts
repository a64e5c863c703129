/** Fields on disk: finished ones, and states that a reconstruction goes on from. */
import { tensor } from "@geodrift/compile";
import { channels, type FieldGrid, type FieldState, fieldTensors, readField, type SizedField } from "@geodrift/core";
import { withSubject } from "@geodrift/core/errors";
import { checkMadeOf, loadTensors, saveTensors } from "../models/tensor-file.js";

const shape = (grid: FieldGrid) => [grid.across, grid.across, grid.up, channels];

/** What is said of a field beside its numbers. */
export type FieldMetadata = Record<string, string>;

/**
 * Writes a field.
 * @param unitM metres of half the box's width
 * @throws GeodriftError `disk`
 */
export function saveField(file: string, grid: FieldGrid, unitM: number, about: FieldMetadata): Promise<void> {
  const { tensors, metadata } = fieldTensors({ grid, unitM });
  return saveTensors(file, { tensors, metadata: { ...about, ...metadata } });
}

/**
 * Reads a field.
 * @throws GeodriftError, beginning with the file's name, `not-found`, `file` or `data`
 */
export async function loadField(file: string): Promise<SizedField & { metadata: FieldMetadata }> {
  const read = await loadTensors(file);
  return { ...(await withSubject(file, async () => readField(read))), metadata: read.metadata };
}

/**
 * Writes a lift that is under way.
 * @param more what else the next step depends on
 * @throws GeodriftError `disk`
 */
export const saveLift = (
  file: string,
  { grid, first, second, step }: FieldState,
  provenance: FieldMetadata,
  more: Readonly<Record<string, Float32Array>> = {},
): Promise<void> =>
  saveTensors(file, {
    tensors: {
      ...Object.fromEntries(Object.entries(more).map(([name, data]) => [name, tensor(data, [data.length])])),
      values: tensor(grid.values, shape(grid)),
      first: tensor(first, shape(grid)),
      second: tensor(second, shape(grid)),
    },
    metadata: { ...provenance, step: String(step), halfHeight: String(grid.halfHeight) },
  });

/**
 * Puts a saved lift into `state`.
 * @returns all of its arrays by name
 * @throws GeodriftError `data` if it was made of other settings or pictures
 */
export async function resumeLift(
  file: string,
  state: FieldState,
  provenance: FieldMetadata,
): Promise<Record<string, Float32Array>> {
  const { tensors, metadata } = await loadTensors(file);
  checkMadeOf(file, metadata, provenance);
  const data = Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, t.data as Float32Array]));
  const [across, , up] = tensors.values.dims;
  state.step = Number(metadata.step);
  state.grid = { across, up, halfHeight: Number(metadata.halfHeight), values: data.values };
  [state.first, state.second] = [data.first, data.second];
  return data;
}
