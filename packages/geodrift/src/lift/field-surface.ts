/** The surface of a field: at the density whose outline is that of the field itself, without what floats beside it. */
import { type FieldGrid, halfDensity, type Renderer, type Surface, surfaceNets } from "@geodrift/core";
import type { Mesh } from "../landmarks/mesh.js";
import { rasterise } from "../landmarks/rasterise.js";
import { showingCamera } from "./turntable.js";

/** Densities that are tried, in those at which a cell stops half of the light. */
const tried = [1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4];
/** Cameras that compare outlines, and their pixels. */
const [cameras, size] = [12, 48];
/** Parts of the surface with fewer of the largest one's triangles than this are left out. */
const leastPart = 0.01;

/** A surface as a mesh that can be drawn, in units. */
export const meshOfSurface = ({ positions, triangles, colours }: Surface): Mesh => ({
  parts: [{ positions, triangles, colours, colour: [1, 1, 1] }],
});

/**
 * The surface whose outlines from twelve sides are nearest to the field's own, where it stops half of the light. (No density is right
 * for every field: what one method makes of it is ten times what another does.)
 */
export async function fieldSurface(grid: FieldGrid, renderer: Renderer): Promise<Surface> {
  const views = [];
  for (let k = 0; k < cameras; k++) {
    const camera = showingCamera(grid, (360 * k) / cameras, -8);
    const { opacity } = await renderer.render(
      grid,
      { camera, size, planes: 2 * grid.across },
      new Float32Array(3 * size * size),
    );
    views.push({ camera, opacity });
  }
  let best: { surface: Surface; overlap: number } | undefined;
  for (const times of tried) {
    const surface = withoutFloaters(surfaceNets(grid, times * halfDensity(grid)));
    if (surface.triangles.length === 0) continue;
    let [both, either] = [0, 0];
    for (const { camera, opacity } of views)
      rasterise(meshOfSurface(surface), camera, size).depth.forEach((d, at) => {
        const [a, b] = [d < Number.POSITIVE_INFINITY, opacity[at] > 0.5];
        both += Number(a && b);
        either += Number(a || b);
      });
    const overlap = both / Math.max(1, either);
    if (!best || overlap > best.overlap) best = { surface, overlap };
  }
  return best?.surface ?? surfaceNets(grid, Number.POSITIVE_INFINITY);
}

/** The largest connected part of a surface, and those that are not much smaller. */
function withoutFloaters({ positions, triangles, colours }: Surface): Surface {
  const parent = Int32Array.from({ length: positions.length / 3 }, (_, k) => k);
  const root = (k: number): number => {
    let at = k;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  };
  for (let t = 0; t < triangles.length; t += 3) {
    parent[root(triangles[t + 1])] = root(triangles[t]);
    parent[root(triangles[t + 2])] = root(triangles[t]);
  }
  const counts = new Map<number, number>();
  for (let t = 0; t < triangles.length; t += 3) {
    const own = root(triangles[t]);
    counts.set(own, (counts.get(own) ?? 0) + 1);
  }
  const least = leastPart * Math.max(0, ...counts.values());
  const kept = (corner: number) => (counts.get(root(corner)) ?? 0) >= least && counts.has(root(corner));
  const index = new Int32Array(parent.length).fill(-1);
  const corners: number[] = [];
  for (let k = 0; k < parent.length; k++) if (kept(k)) index[k] = corners.push(k) - 1;
  const part = (from: Float32Array) =>
    Float32Array.from({ length: 3 * corners.length }, (_, i) => from[3 * corners[Math.floor(i / 3)] + (i % 3)]);
  const left: number[] = [];
  for (let t = 0; t < triangles.length; t += 3)
    if (index[triangles[t]] >= 0) left.push(index[triangles[t]], index[triangles[t + 1]], index[triangles[t + 2]]);
  return { positions: part(positions), triangles: Uint32Array.from(left), colours: part(colours) };
}
