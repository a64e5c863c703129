/** A density that is known in closed form, on a mesh: so that every method answers the same questions. */
import { cornersOf, edgeKey, icosphere, type SphereMesh, triangleArea } from "../sphere/icosphere.js";
import { cross, dot, type Vec3 } from "../sphere/point.js";
import { type DensityMesh, type Measured, type RefineOptions, refinedMesh, split } from "./mesh-refinement.js";

/** A place near which the density is known to change quickly. */
export interface Peak {
  /** Unit vector. */
  centre: Vec3;
  /** Distance within which it changes, radians. */
  radius: number;
}

/**
 * A mesh of a density that can be computed at any point, refined where the density changes, scaled to a total of one.
 * @param logDensity log densities in nats per steradian at unit vectors [n, 3]; need not be normalised
 * @param peaks where the mesh must be fine from the beginning, or a sharp peak could fall between its vertices
 */
export async function meshOfDensity(
  logDensity: (points: Float64Array) => Float64Array,
  peaks: readonly Peak[] = [],
  options: RefineOptions = {},
): Promise<DensityMesh> {
  let start = icosphere(options.level ?? 3);
  for (const peak of peaks) start = fineAround(start, peak);
  let values = logDensity(start.vertices);
  const extend = async (vertices: Float64Array) => {
    const more = logDensity(vertices);
    const all = new Float64Array(values.length + more.length);
    all.set(values);
    all.set(more, values.length);
    values = all;
  };
  return refinedMesh(start, extend, (mesh) => measured(mesh, values), options);
}

/** The mean of the corners' densities on every triangle, scaled to a total of one. */
function measured(mesh: SphereMesh, values: Float64Array): Measured {
  const { vertices, triangles } = mesh;
  const n = triangles.length / 3;
  const [masses, areas] = [new Float64Array(n), new Float64Array(n)];
  // Against the highest, so that nothing overflows.
  const top = values.reduce((a, b) => Math.max(a, b));
  let total = 0;
  for (let t = 0; t < n; t++) {
    areas[t] = triangleArea(...cornersOf(mesh, t));
    const corners = triangles.subarray(3 * t, 3 * t + 3);
    masses[t] = (areas[t] * corners.reduce((sum, v) => sum + Math.exp(values[v] - top), 0)) / 3;
    total += masses[t];
  }
  const shift = top + Math.log(total);
  return {
    vertices,
    triangles,
    masses: masses.map((m) => m / total),
    areas,
    turned: new Uint8Array(n),
    vertexLogDensities: values.map((v) => v - shift),
  };
}

/** Cuts the triangles about a peak until they are as small as it is. */
function fineAround(mesh: SphereMesh, { centre, radius }: Peak): SphereMesh {
  for (;;) {
    const { triangles } = mesh;
    const marked = new Set<number>();
    for (let t = 0; 3 * t < triangles.length; t++) {
      const [a, b, c] = cornersOf(mesh, t);
      if (dot(a, centre) <= 0 || !holds(centre, a, b, c)) continue;
      if (Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) <= radius) continue;
      for (let k = 0; k < 3; k++) marked.add(edgeKey(triangles[3 * t + k], triangles[3 * t + ((k + 1) % 3)]));
    }
    if (marked.size === 0) return mesh;
    mesh = split(mesh, marked);
  }
}

/** On an edge, both neighbours hold the point. */
const holds = (x: Vec3, a: Vec3, b: Vec3, c: Vec3): boolean =>
  dot(x, cross(a, b)) >= -1e-12 && dot(x, cross(b, c)) >= -1e-12 && dot(x, cross(c, a)) >= -1e-12;
