/** How far a field's ground lies from that of an elevation model: both looked at from straight above. */
import type { Mesh } from "../../landmarks/mesh.js";

/** Heights of a field's ground beside the true ones, metres as they are in the world. */
export interface GroundHeights {
  /** Mean and median of how far the field's ground is from the true one, where both are. */
  meanM: number;
  medianM: number;
  /** Share of the true ground above which, or below, the field has a surface at all. */
  covered: number;
  /** The mean of a plain at the best height: what knows nothing of the ground. */
  plainM: number;
}

/** Points along a side of the square that is looked at. */
const side = 96;
/** Of the radius: beyond, the disc ends, and a cell's width of its wall is seen. */
const within = 0.9;

/** The highest surface above each point of a square about the origin, [side²] from west to east in rows from the south; NaN where there is none. */
function heightsFromAbove({ parts }: Pick<Mesh, "parts">, half: number): Float64Array {
  const out = new Float64Array(side * side).fill(Number.NaN);
  const at = (k: number) => ((2 * (k + 0.5)) / side - 1) * half;
  const cell = (v: number) => ((v / half + 1) * side) / 2 - 0.5;
  for (const { positions, triangles } of parts)
    for (let t = 0; t < triangles.length; t += 3) {
      const [[ax, ay, az], [bx, by, bz], [cx, cy, cz]] = [0, 1, 2].map((k) =>
        positions.subarray(3 * triangles[t + k], 3 * triangles[t + k] + 3),
      );
      const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
      // What stands upright has no ground.
      if (Math.abs(area) < 1e-12) continue;
      const last = (a: number, b: number, c: number) => Math.min(side - 1, Math.floor(cell(Math.max(a, b, c))));
      for (let j = Math.max(0, Math.ceil(cell(Math.min(ay, by, cy)))); j <= last(ay, by, cy); j++)
        for (let i = Math.max(0, Math.ceil(cell(Math.min(ax, bx, cx)))); i <= last(ax, bx, cx); i++) {
          const [x, y] = [at(i), at(j)];
          const u = ((bx - x) * (cy - y) - (by - y) * (cx - x)) / area;
          const v = ((cx - x) * (ay - y) - (cy - y) * (ax - x)) / area;
          if (u < -1e-9 || v < -1e-9 || u + v > 1 + 1e-9) continue;
          const z = u * az + v * bz + (1 - u - v) * cz;
          if (!(out[j * side + i] > z)) out[j * side + i] = z;
        }
    }
  return out;
}

const median = (values: Float64Array) => values.slice().sort()[Math.floor(values.length / 2)];
const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;

/**
 * Compares the ground of two meshes in the same unit.
 * @param radius of the disc, units
 * @param metres of the world that a unit of height is, whatever it was exaggerated by
 */
export function groundHeights(own: Mesh, truth: Mesh, radius: number, metres: number): GroundHeights {
  const [found, wanted] = [own, truth].map((mesh) => heightsFromAbove(mesh, radius));
  const inside = [...wanted.keys()].filter((k) => {
    const [x, y] = [k % side, Math.floor(k / side)].map((v) => (2 * (v + 0.5)) / side - 1);
    return Math.hypot(x, y) < within && Number.isFinite(wanted[k]);
  });
  const both = inside.filter((k) => Number.isFinite(found[k]));
  const off = Float64Array.from(both, (k) => Math.abs(found[k] - wanted[k]) * metres);
  const heights = Float64Array.from(inside, (k) => wanted[k]);
  const middle = median(heights);
  return {
    meanM: mean(off),
    medianM: median(off),
    covered: both.length / inside.length,
    plainM: mean(heights.map((h) => Math.abs(h - middle) * metres)),
  };
}
