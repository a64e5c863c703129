/** Position embeddings for pictures of another size than those trained on. */

/** Keys' cubic convolution kernel (1981) with parameter a. */
function cubic(x: number, a: number): number {
  const t = Math.abs(x);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
}

/** How position embeddings are interpolated. */
export interface InterpolationOptions {
  /** Widen the kernel when shrinking (a = −0.5), or sample four neighbours (a = −0.75): PyTorch's two ways. */
  antialias: boolean;
  /**
   * Added to the new number of patches when their distance is computed: DINOv2 without registers was released with 0.1,
   * with registers with 0.
   */
  offset: number;
}

/** Weights of old rows for every new one, [to, from]. */
function weights(from: number, to: number, { antialias, offset }: InterpolationOptions): Float64Array[] {
  const step = from / (to + offset);
  const a = antialias ? -0.5 : -0.75;
  const wide = antialias ? Math.max(1, step) : 1;
  return Array.from({ length: to }, (_, i) => {
    const row = new Float64Array(from);
    const centre = step * (i + 0.5);
    if (antialias) {
      const [low, high] = [Math.floor(centre - 2 * wide + 0.5), Math.floor(centre + 2 * wide + 0.5)];
      for (let j = Math.max(0, low); j < Math.min(from, high); j++) row[j] = cubic((j - centre + 0.5) / wide, a);
      const sum = row.reduce((x, y) => x + y);
      return row.map((w) => w / sum);
    }
    // Beyond the edge the outermost row stands in.
    const base = Math.floor(centre - 0.5);
    for (let j = base - 1; j <= base + 2; j++) row[Math.min(from - 1, Math.max(0, j))] += cubic(j + 0.5 - centre, a);
    return row;
  });
}

/**
 * Bicubic interpolation of a square grid of vectors, as `torch.nn.functional.interpolate` does it (align_corners
 * false).
 * @param grid [from, from, width]
 * @param from cells along a side of the old grid
 * @param to cells along a side of the new one
 * @returns [to, to, width]; `grid` itself if the sizes are equal
 */
export function interpolatePositions(
  grid: Float32Array,
  from: number,
  to: number,
  options: InterpolationOptions,
): Float32Array {
  if (from === to) return grid;
  const width = grid.length / (from * from);
  const w = weights(from, to, options);
  const rows = new Float64Array(to * from * width);
  const out = new Float32Array(to * to * width);
  for (let i = 0; i < to; i++)
    for (let j = 0; j < from; j++) {
      if (w[i][j] === 0) continue;
      for (let k = 0; k < from * width; k++) rows[i * from * width + k] += w[i][j] * grid[j * from * width + k];
    }
  for (let i = 0; i < to; i++)
    for (let x = 0; x < to; x++)
      for (let k = 0; k < width; k++) {
        let sum = 0;
        for (let j = 0; j < from; j++) sum += w[x][j] * rows[(i * from + j) * width + k];
        out[(i * to + x) * width + k] = sum;
      }
  return out;
}
