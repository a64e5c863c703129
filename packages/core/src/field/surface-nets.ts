/** The surface of a field as triangles: naive surface nets (Gibson 1998), a corner in every cube that the surface crosses. */
import { channels, type FieldGrid } from "./grid.js";

/** A closed surface. */
export interface Surface {
  /** Corners, in the field's unit, [corners, 3]. */
  positions: Float32Array;
  /** Indices of corners, counter-clockwise from outside, [triangles, 3]. */
  triangles: Uint32Array;
  /** Colours of the corners, as the field has them, 0 … 1, [corners, 3]. */
  colours: Float32Array;
}

/**
 * The density at which one cell stops half of the light that crosses it: ln 2 over the cell's width, which is 2 / across.
 */
export const halfDensity = ({ across }: Pick<FieldGrid, "across">): number => (Math.LN2 * across) / 2;

/** Density of a cell. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * The surface at which the density has a value. Beyond the outermost cells there is nothing, so the surface is closed.
 * @param level density, per unit of length, above 0
 */
export function surfaceNets(grid: FieldGrid, level: number): Surface {
  const { across, up, halfHeight, values } = grid;
  /** Samples along every axis, one of nothing at either end. */
  const [nx, ny, nz] = [across + 2, across + 2, up + 2];
  const at = (x: number, y: number, z: number) => (z * ny + y) * nx + x;
  const density = new Float32Array(nx * ny * nz);
  for (let y = 0; y < across; y++)
    for (let x = 0; x < across; x++)
      for (let z = 0; z < up; z++)
        density[at(x + 1, y + 1, z + 1)] = softplus(values[((y * across + x) * up + z) * channels]);
  /** Whereabouts of a sample in the field's unit. */
  const placed = (x: number, y: number, z: number) => [
    (2 * (x - 0.5)) / across - 1,
    (2 * (y - 0.5)) / across - 1,
    ((2 * (z - 0.5)) / up - 1) * halfHeight,
  ];
  const colourAt = (x: number, y: number, z: number, c: number) => {
    const [i, j, k] = [
      [x, across],
      [y, across],
      [z, up],
    ].map(([v, n]) => Math.min(n - 1, Math.max(0, Math.round(v - 1))));
    return sigmoid(values[((j * across + i) * up + k) * channels + 1 + c]);
  };
  const corner = new Int32Array(nx * ny * nz).fill(-1);
  const positions: number[] = [];
  const colours: number[] = [];
  const triangles: number[] = [];
  for (let z = 0; z < nz - 1; z++)
    for (let y = 0; y < ny - 1; y++)
      for (let x = 0; x < nx - 1; x++) {
        const sum = [0, 0, 0];
        let crossings = 0;
        for (let e = 0; e < 12; e++) {
          const axis = e >> 2;
          const [u, v] = [e & 1, (e >> 1) & 1];
          const start = axis === 0 ? [0, u, v] : axis === 1 ? [u, 0, v] : [u, v, 0];
          const end = start.map((s, k) => (k === axis ? 1 : s));
          const [a, b] = [start, end].map(([i, j, k]) => density[at(x + i, y + j, z + k)]);
          if (a < level === b < level) continue;
          const share = (level - a) / (b - a);
          for (let k = 0; k < 3; k++) sum[k] += start[k] + (k === axis ? share : 0);
          crossings++;
        }
        if (crossings === 0) continue;
        const [px, py, pz] = [x, y, z].map((v, k) => v + sum[k] / crossings);
        corner[at(x, y, z)] = positions.length / 3;
        positions.push(...placed(px, py, pz));
        for (let c = 0; c < 3; c++) colours.push(colourAt(px, py, pz, c));
      }
  /** A quad between the cubes about an edge of samples, seen from the side that is empty. */
  const quad = (a: number, b: number, c: number, d: number, flipped: boolean) => {
    if (flipped) triangles.push(a, c, b, a, d, c);
    else triangles.push(a, b, c, a, c, d);
  };
  for (let z = 1; z < nz - 1; z++)
    for (let y = 1; y < ny - 1; y++)
      for (let x = 1; x < nx - 1; x++) {
        const inside = density[at(x, y, z)] >= level;
        const cube = (i: number, j: number, k: number) => corner[at(x - i, y - j, z - k)];
        if (inside !== density[at(x + 1, y, z)] >= level)
          quad(cube(0, 1, 1), cube(0, 0, 1), cube(0, 0, 0), cube(0, 1, 0), !inside);
        if (inside !== density[at(x, y + 1, z)] >= level)
          quad(cube(1, 0, 1), cube(1, 0, 0), cube(0, 0, 0), cube(0, 0, 1), !inside);
        if (inside !== density[at(x, y, z + 1)] >= level)
          quad(cube(1, 1, 0), cube(0, 1, 0), cube(0, 0, 0), cube(1, 0, 0), !inside);
        // The first samples along every axis are empty: their edges to the second are seen from there.
        if (x === 1 && inside)
          quad(
            corner[at(0, y - 1, z - 1)],
            corner[at(0, y, z - 1)],
            corner[at(0, y, z)],
            corner[at(0, y - 1, z)],
            true,
          );
        if (y === 1 && inside)
          quad(
            corner[at(x - 1, 0, z - 1)],
            corner[at(x - 1, 0, z)],
            corner[at(x, 0, z)],
            corner[at(x, 0, z - 1)],
            true,
          );
        if (z === 1 && inside)
          quad(
            corner[at(x - 1, y - 1, 0)],
            corner[at(x, y - 1, 0)],
            corner[at(x, y, 0)],
            corner[at(x - 1, y, 0)],
            true,
          );
      }
  return {
    positions: Float32Array.from(positions),
    triangles: Uint32Array.from(triangles),
    colours: Float32Array.from(colours),
  };
}
