/** Fields as tensors with what is said of them, as files have them. */
import { type Tensor, tensor } from "@geodrift/compile";
import { GeodriftError } from "../errors/geodrift-error.js";
import { channels, type FieldGrid } from "./grid.js";

/** A field, and how large it is. */
export interface SizedField {
  grid: FieldGrid;
  /** Metres of half the box's width. */
  unitM: number;
}

/** Tensors by name, and what is said of them. */
interface Tensors {
  tensors: Readonly<Record<string, Tensor>>;
  metadata: Readonly<Record<string, string>>;
}

/** A field's numbers, `values` [across (y), across (x), up, 4], and half its box's height, in half its width. */
export const fieldTensors = ({ grid, unitM }: SizedField): Tensors => ({
  tensors: { values: tensor(grid.values, [grid.across, grid.across, grid.up, channels]) },
  metadata: { halfHeight: String(grid.halfHeight), unitM: String(unitM) },
});

/**
 * The field in tensors.
 * @throws GeodriftError `data` if they are none
 */
export function readField({ tensors, metadata }: Tensors): SizedField {
  const { values } = tensors;
  const [halfHeight, unitM] = [Number(metadata.halfHeight), Number(metadata.unitM)];
  const square = values?.dims.length === 4 && values.dims[3] === channels && values.dims[0] === values.dims[1];
  if (!square || !(halfHeight > 0) || !(unitM > 0))
    throw new GeodriftError("data", `is no field: values [y, x, up, ${channels}], halfHeight and unitM are needed`);
  const [across, , up] = values.dims;
  return { grid: { across, up, halfHeight, values: values.data as Float32Array }, unitM };
}
