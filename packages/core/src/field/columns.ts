/**
 * The sparse half of rendering: along an upright camera's depth planes, every column of the picture reads four columns of the grid. A
 * trilinear sample is a weighted sum of these, and of heights in it that do not depend on the column (`march.ts`); so no sample is
 * gathered by itself, and what is gathered is as wide as the grid is high.
 */
import { frameOf, raySlopes, type UprightCamera } from "./camera.js";
import { columnWidth, type FieldGrid, type GridShape } from "./grid.js";

/** Rays of a picture, and the planes that they are sampled on. Lengths in the grid's unit, half the box's width. */
export interface View {
  camera: UprightCamera;
  /** Pixels along a side. */
  size: number;
  /** Number of depth planes. */
  planes: number;
  /** Where in its interval every plane lies, 0…1; ½ if left out. */
  jitter?: number;
}

/** Corners of the box lie nearer than this to its axis. */
const reach = 1.2;

/** Depths of the planes: evenly between the box's front and back. */
export function depthPlanes({ camera: { distance }, planes, jitter = 0.5 }: View): {
  depths: Float64Array;
  step: number;
} {
  const near = Math.max(0.05, distance - reach);
  const step = (distance + reach - near) / planes;
  return { depths: Float64Array.from({ length: planes }, (_, k) => near + (k + jitter) * step), step };
}

/** Where every plane and column of the picture reads the grid. */
export interface ColumnPlan {
  /** Numbers of four columns of the grid, [planes, size, 4]. */
  rows: Int32Array;
  /** Their bilinear shares, 0 outside of the grid, [planes, size, 4]. */
  shares: Float32Array;
  /** Sums of the shares, [planes, size]: 1 within the box. */
  cover: Float32Array;
}

/** The plan of a view: bilinear, between the middles of cells; beyond the outermost ones the field fades to nothing. */
export function columnPlan({ across }: GridShape, view: View): ColumnPlan {
  const { camera, size, planes } = view;
  const { origin, forward, right } = frameOf(camera);
  const slopes = raySlopes(camera, size).right;
  const { depths } = depthPlanes(view);
  const rows = new Int32Array(planes * size * 4);
  const shares = new Float32Array(planes * size * 4);
  const cover = new Float32Array(planes * size);
  for (let k = 0; k < planes; k++)
    for (let j = 0; j < size; j++) {
      const x = origin[0] + depths[k] * (forward[0] + slopes[j] * right[0]);
      const y = origin[1] + depths[k] * (forward[1] + slopes[j] * right[1]);
      const [gx, gy] = [x, y].map((p) => ((p + 1) / 2) * across - 0.5);
      const [ix, iy] = [Math.floor(gx), Math.floor(gy)];
      for (let q = 0; q < 4; q++) {
        const [i, l] = [ix + (q & 1), iy + (q >> 1)];
        if (i < 0 || l < 0 || i >= across || l >= across) continue;
        const share = (q & 1 ? gx - ix : 1 - gx + ix) * (q >> 1 ? gy - iy : 1 - gy + iy);
        const at = (k * size + j) * 4 + q;
        rows[at] = l * across + i;
        shares[at] = share;
        cover[k * size + j] += share;
      }
    }
  return { rows, shares, cover };
}

/** The columns of a view, [planes · size, up · channels]. */
export function gatherColumns(grid: FieldGrid, { rows, shares }: ColumnPlan): Float32Array {
  const width = columnWidth(grid);
  const { values } = grid;
  const n = rows.length / 4;
  const out = new Float32Array(n * width);
  for (let p = 0; p < n; p++)
    for (let q = 0; q < 4; q++) {
      const share = shares[4 * p + q];
      if (share === 0) continue;
      const [from, to] = [rows[4 * p + q] * width, p * width];
      for (let c = 0; c < width; c++) out[to + c] += share * values[from + c];
    }
  return out;
}

/**
 * The transpose of `gatherColumns`: adds what a gradient of the columns means for the grid's values. In the order of planes and columns,
 * so that the sums are the same bits in every run.
 */
export function scatterColumns(
  gradient: Float32Array,
  grid: GridShape,
  { rows, shares }: ColumnPlan,
  columns: Float32Array,
): void {
  const width = columnWidth(grid);
  for (let p = 0; p < rows.length / 4; p++)
    for (let q = 0; q < 4; q++) {
      const share = shares[4 * p + q];
      if (share === 0) continue;
      const [to, from] = [rows[4 * p + q] * width, p * width];
      for (let c = 0; c < width; c++) gradient[to + c] += share * columns[from + c];
    }
}
