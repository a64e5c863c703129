import { channels, type FieldGrid } from "./grid.js";

/** A field's raw numbers in the order that graphics cards have them; density and colours follow from them after interpolation. */
export interface Volume {
  /** Cells along x (east), y (north) and z (up); along x neighbours lie together. */
  dims: [x: number, y: number, z: number];
  /** Raw red, green and blue, then raw density, of every cell. */
  data: Float32Array;
}

/** A field's cells, plane by plane from the ground upwards. */
export function volumeOf({ across, up, values }: FieldGrid): Volume {
  const data = new Float32Array(values.length);
  for (let j = 0; j < across; j++)
    for (let i = 0; i < across; i++)
      for (let k = 0; k < up; k++) {
        const from = ((j * across + i) * up + k) * channels;
        const into = ((k * across + j) * across + i) * channels;
        data.set(values.subarray(from + 1, from + channels), into);
        data[into + 3] = values[from];
      }
  return { dims: [across, across, up], data };
}
