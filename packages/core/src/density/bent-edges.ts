/** What a smooth function on a mesh is between its vertices: a cubic along every edge, whose slopes at the ends the neighbours tell. */
import { logMap, norm } from "../sphere/geodesic.js";
import { edgeKey, type SphereMesh } from "../sphere/icosphere.js";
import { cross, dot, type Vec3, vectorAt } from "../sphere/point.js";
import { split } from "./mesh-refinement.js";

/**
 * Cuts every edge in whose middle the cubic is off the straight line; values there are the cubic's, which errs by the cube of the
 * edge's length and more where the line errs by its square, and asks for no value of the function itself.
 * @param values of the function at the vertices; an edge with an end where it is −∞ is left
 * @param least distance from the line from which an edge is cut
 * @returns the mesh with its new vertices behind the old ones, and the values at all of them
 */
export function cutWhereBent(
  mesh: SphereMesh,
  values: Float64Array,
  least: number,
): { mesh: SphereMesh; values: Float64Array } {
  const { vertices, triangles } = mesh;
  const edges = edgesOf(triangles);
  // What differs between neighbours that stand more on one side than on the other is bent as well: known slopes take that out.
  const gradients = gradientsAt(vertices, values, edges, gradientsAt(vertices, values, edges));
  const middles = new Map<number, number>();
  for (const { i, j, across } of edges) {
    const [x, y] = [vectorAt(vertices, i), vectorAt(vertices, j)];
    // A cubic's value half way: the mean of its ends, and an eighth of the difference of its slopes.
    const bend = (dot(gradients[i], logMap(x, y)) + dot(gradients[j], logMap(y, x))) / 8;
    const about = [i, j, ...across].map((v) => values[v]);
    // A kink is no curve: beside it slopes say nothing.
    const most = (Math.max(...about) - Math.min(...about)) / 2;
    if (!(Math.abs(bend) >= least) || !Number.isFinite(most)) continue;
    middles.set(edgeKey(i, j), (values[i] + values[j]) / 2 + Math.max(-most, Math.min(most, bend)));
  }
  const cut = split(mesh, new Set(middles.keys()));
  const all = new Float64Array(cut.vertices.length / 3);
  all.set(values);
  // New vertices come in the order of the marked edges.
  all.set([...middles.values()], values.length);
  return { mesh: cut, values: all };
}

/** An edge, and the corners of the triangles on its sides that are not its ends. */
interface Edge {
  i: number;
  j: number;
  across: number[];
}

function edgesOf(triangles: Uint32Array): Edge[] {
  const edges = new Map<number, Edge>();
  for (let t = 0; t < triangles.length; t += 3)
    for (let k = 0; k < 3; k++) {
      const [i, j, across] = [0, 1, 2].map((corner) => triangles[t + ((k + corner) % 3)]);
      const edge = edges.get(edgeKey(i, j));
      if (edge) edge.across.push(across);
      else edges.set(edgeKey(i, j), { i, j, across: [across] });
    }
  return [...edges.values()];
}

/**
 * Gradients at vertices, by the least squares of what the neighbours' values differ by, the nearer the more; tangent vectors.
 * @param known gradients as they are known so far, whose change along an edge is taken out
 */
function gradientsAt(
  vertices: Float64Array,
  values: Float64Array,
  edges: readonly Edge[],
  known?: readonly Vec3[],
): Vec3[] {
  // Of the normal equations, the symmetric matrix and the right side. Along the vertex itself nothing is known and nothing wanted.
  const rows = Array.from({ length: values.length }, (_, v) => {
    const [x, y, z] = vectorAt(vertices, v);
    return { m: [x * x, x * y, x * z, y * y, y * z, z * z], b: [0, 0, 0] };
  });
  const add = (i: number, j: number) => {
    const [from, to] = [vectorAt(vertices, i), vectorAt(vertices, j)];
    const d = logMap(from, to);
    const bend = known ? (dot(known[i], d) + dot(known[j], logMap(to, from))) / 2 : 0;
    const difference = values[j] - values[i] + bend;
    if (!Number.isFinite(difference)) return;
    const length = norm(d);
    if (length === 0) return;
    const [x, y, z] = d.map((v) => v / length);
    const { m, b } = rows[i];
    [x * x, x * y, x * z, y * y, y * z, z * z].forEach((v, k) => {
      m[k] += v;
    });
    [x, y, z].forEach((v, k) => {
      b[k] += (v * difference) / length;
    });
  };
  for (const { i, j } of edges) {
    add(i, j);
    add(j, i);
  }
  return rows.map(({ m: [xx, xy, xz, yy, yz, zz], b }) => {
    const columns: Vec3[] = [
      [xx, xy, xz],
      [xy, yy, yz],
      [xz, yz, zz],
    ];
    const minors: Vec3[] = [0, 1, 2].map((k) => cross(columns[(k + 1) % 3], columns[(k + 2) % 3]));
    const determinant = dot(columns[0], minors[0]);
    // Neighbours in one line tell no gradient.
    if (determinant < flat) return [0, 0, 0];
    return minors.map((minor) => dot(minor, b as unknown as Vec3) / determinant) as unknown as Vec3;
  });
}

/** Of the determinant of directions, which is above 1 among neighbours all around. */
const flat = 1e-6;
