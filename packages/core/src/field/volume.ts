import { channels, type FieldGrid } from "./grid.js";

/** A field as bytes that a graphics card filters and marches through. */
export interface Volume {
  /** Cells along x (east), y (north) and z (up); along x neighbours lie together. */
  dims: [x: number, y: number, z: number];
  /** Red, green, blue 0…255, and the share of light that one cell's width stops, of 255. */
  data: Uint8Array<ArrayBuffer>;
}

/** A field's cells as colours with opacities. */
export function volumeOf({ across, up, values }: FieldGrid): Volume {
  const data = new Uint8Array(across * across * up * 4);
  const cell = 2 / across;
  for (let j = 0; j < across; j++)
    for (let i = 0; i < across; i++)
      for (let k = 0; k < up; k++) {
        const from = ((j * across + i) * up + k) * channels;
        const into = ((k * across + j) * across + i) * 4;
        const raw = values[from];
        const density = Math.max(raw, 0) + Math.log1p(Math.exp(-Math.abs(raw)));
        for (let c = 0; c < 3; c++) data[into + c] = Math.round(255 / (1 + Math.exp(-values[from + 1 + c])));
        data[into + 3] = Math.round(255 * (1 - Math.exp(-density * cell)));
      }
  return { dims: [across, across, up], data };
}
