/** A field of density and colour as numbers on a grid of cells, in a box about the landmark. */

/** Numbers of a cell: raw density, and raw red, green and blue. */
export const channels = 4;

/** How a box is cut into cells. Half the box's width is the unit of length: it reaches over [−1, 1]² × [−halfHeight, halfHeight]. */
export interface GridShape {
  /** Cells along x and along y. */
  across: number;
  /** Cells along z. */
  up: number;
  /** Half the box's height. */
  halfHeight: number;
}

/**
 * Raw numbers of the cells, [across (y), across (x), up, channels]: a column of cells lies together, from the ground upwards. Density is
 * softplus of the first, colour the logistic function of the others, both after interpolation (DVGO, Sun et al. 2022, eq. 5).
 */
export interface FieldGrid extends GridShape {
  values: Float32Array;
}

/** Cells along z for cells that are as high as wide. */
export const cellsUp = (across: number, halfHeight: number): number => Math.max(2, Math.round(across * halfHeight));

/** Numbers of a column of cells. */
export const columnWidth = ({ up }: GridShape): number => up * channels;

/** Raw density on the axis, and the radius at which it is 0, of a field that knows nothing yet. */
const [startDensity, startRadius] = [2, 0.6];

/** A field that knows nothing yet: denser near the axis, grey. */
export function startGrid(shape: GridShape): FieldGrid {
  const { across, up } = shape;
  const values = new Float32Array(across * across * up * channels);
  for (let j = 0; j < across; j++)
    for (let i = 0; i < across; i++) {
      const [x, y] = [i, j].map((k) => (2 * (k + 0.5)) / across - 1);
      const density = startDensity * (1 - Math.hypot(x, y) / startRadius);
      for (let k = 0; k < up; k++) values[((j * across + i) * up + k) * channels] = density;
    }
  return { ...shape, values };
}

/** The same field on cells of half the size: every new cell's middle is interpolated between the old ones'. */
export function doubled(grid: FieldGrid): FieldGrid {
  const { across, up, halfHeight, values } = grid;
  const shape = { across: 2 * across, up: 2 * up, halfHeight };
  const out = new Float32Array(shape.across * shape.across * shape.up * channels);
  /** The two old cells about the middle of a new one, and the share of the second. */
  const around = (k: number, n: number) => {
    const at = Math.min(n - 1, Math.max(0, (k + 0.5) / 2 - 0.5));
    const low = Math.min(n - 2, Math.floor(at));
    return [low, at - low] as const;
  };
  const cell = (i: number, j: number, k: number) => ((j * across + i) * up + k) * channels;
  for (let j = 0; j < shape.across; j++) {
    const [y, v] = around(j, across);
    for (let i = 0; i < shape.across; i++) {
      const [x, u] = around(i, across);
      for (let k = 0; k < shape.up; k++) {
        const [z, w] = around(k, up);
        const to = ((j * shape.across + i) * shape.up + k) * channels;
        for (let corner = 0; corner < 8; corner++) {
          const [a, b, c] = [corner & 1, (corner >> 1) & 1, corner >> 2];
          const share = (a ? u : 1 - u) * (b ? v : 1 - v) * (c ? w : 1 - w);
          if (share === 0) continue;
          const from = cell(x + a, y + b, z + c);
          for (let n = 0; n < channels; n++) out[to + n] += share * values[from + n];
        }
      }
    }
  }
  return { ...shape, values: out };
}

/**
 * Adds the gradient of the total variation of the raw density, Σ (difference of neighbours)² · weight / cells, to a gradient of the
 * values.
 */
export function addTotalVariation(gradient: Float32Array, { across, up, values }: FieldGrid, weight: number): void {
  const steps = [channels * up, channels * up * across, channels];
  const scale = (2 * weight) / (across * across * up);
  for (let j = 0; j < across; j++)
    for (let i = 0; i < across; i++)
      for (let k = 0; k < up; k++) {
        const at = ((j * across + i) * up + k) * channels;
        const inside = [i + 1 < across, j + 1 < across, k + 1 < up];
        for (let axis = 0; axis < 3; axis++) {
          if (!inside[axis]) continue;
          const next = at + steps[axis];
          const d = scale * (values[next] - values[at]);
          gradient[next] += d;
          gradient[at] -= d;
        }
      }
}
