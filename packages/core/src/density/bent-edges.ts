/** What smooth functions on a mesh are between its vertices: cubics along every edge, whose slopes at the ends the neighbours tell. */
import { logMap, norm } from "../sphere/geodesic.js";
import { edgeKey, type SphereMesh } from "../sphere/icosphere.js";
import { cross, dot, type Vec3, vectorAt } from "../sphere/point.js";
import { split } from "./mesh-refinement.js";

/** An edge, and the corners of the triangles on its sides that are not its ends. */
export interface Edge {
  /** One end. */
  i: number;
  /** The other. */
  j: number;
  /** The corners beside it: two, where the mesh has no boundary. */
  across: number[];
}

/** All edges of triangles, each once. */
export function edgesOf({ triangles }: SphereMesh): Edge[] {
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
 * Cuts every edge in whose middle the cubic of a log density is off the straight line; values there are the cubic's, which errs by the cube
 * of the edge's length and more where the line errs by its square, and asks for no value of the density itself. None leaves the range of
 * the values at the corners about its edge.
 * @param values of it at the vertices, nats; an edge with an end where it is −∞, or beside such a vertex, is left
 * @param least distance from the line from which an edge is cut
 * @returns the mesh with its new vertices behind the old ones, and the values at all of them
 */
export function cutWhereBent(
  mesh: SphereMesh,
  values: Float64Array,
  least: number,
): { mesh: SphereMesh; values: Float64Array } {
  const edges = edgesOf(mesh);
  // What differs between neighbours that stand more on one side than on the other is bent as well: known slopes take that out.
  const [bends] = bendsOf(mesh, edges, [values], { passes: 2 });
  const middles = new Map<number, number>();
  edges.forEach(({ i, j, across }, e) => {
    const about = [i, j, ...across].map((v) => values[v]);
    // A kink is no curve, and beside it slopes say nothing: they would put a peak where there is none.
    const [low, high] = [Math.min(...about), Math.min(Math.max(...about), Math.max(values[i], values[j]) + mostAbove)];
    if (!(Math.abs(bends[e]) >= least) || !Number.isFinite(high - low)) return;
    middles.set(edgeKey(i, j), Math.max(low, Math.min(high, (values[i] + values[j]) / 2 + bends[e])));
  });
  return { mesh: split(mesh, new Set(middles.keys())), values: Float64Array.from([...values, ...middles.values()]) };
}

/** A middle is above both ends of its edge by so much at most, nats: less than a peak must stand out to count as one. */
const mostAbove = 0.35;

/**
 * How far cubics of functions are off the straight line in the middle of every edge.
 * @param functions values of each at the vertices
 * @param passes of finding slopes; a second one errs less on uneven meshes, where the functions are smooth at their scale
 * @returns for each function, one number for each edge
 */
export function bendsOf(
  { vertices }: SphereMesh,
  edges: readonly Edge[],
  functions: readonly Float64Array[],
  { passes }: { passes: number },
): Float64Array[] {
  const ways = edges.map(({ i, j }) => {
    const [x, y] = [vectorAt(vertices, i), vectorAt(vertices, j)];
    return { i, j, there: logMap(x, y), back: logMap(y, x) };
  });
  const inverses = normalInverses(vertices, ways);
  return functions.map((values) => {
    let bends = new Float64Array(edges.length);
    for (let pass = 0; pass < passes; pass++) {
      const gradients = gradientsOf(values, ways, inverses, bends);
      // A cubic's value half way: the mean of its ends, and an eighth of the difference of its slopes.
      bends = Float64Array.from(
        ways,
        ({ i, j, there, back }) => (dot(gradients[i], there) + dot(gradients[j], back)) / 8,
      );
    }
    return bends;
  });
}

/** An edge as tangent vectors at its ends, each as long as it is. */
interface Way {
  i: number;
  j: number;
  there: Vec3;
  back: Vec3;
}

/** Rows of a symmetric 3 × 3 matrix. */
type Rows = readonly [Vec3, Vec3, Vec3];

/** Inverses of the normal equations' matrices at the vertices: the sum of uuᵀ over directions u to the neighbours, and xxᵀ. */
function normalInverses(vertices: Float64Array, ways: readonly Way[]): (Rows | undefined)[] {
  const sums = Array.from({ length: vertices.length / 3 }, (_, v) => productsOf(vectorAt(vertices, v)));
  const add = (v: number, way: Vec3) => {
    const length = norm(way);
    if (length > 0)
      productsOf(way).forEach((p, k) => {
        sums[v][k] += p / length ** 2;
      });
  };
  for (const { i, j, there, back } of ways) {
    add(i, there);
    add(j, back);
  }
  return sums.map(([xx, xy, xz, yy, yz, zz]) => {
    const rows: Rows = [
      [xx, xy, xz],
      [xy, yy, yz],
      [xz, yz, zz],
    ];
    const minors = [cross(rows[1], rows[2]), cross(rows[2], rows[0]), cross(rows[0], rows[1])] as const;
    const determinant = dot(rows[0], minors[0]);
    // Neighbours in one line tell no gradient.
    if (determinant < flat) return undefined;
    const over = ([a, b, c]: Vec3): Vec3 => [a / determinant, b / determinant, c / determinant];
    return [over(minors[0]), over(minors[1]), over(minors[2])];
  });
}

/** Of the determinant of directions, which is above 1 among neighbours all around. */
const flat = 1e-6;

/** The six products of coordinates. */
const productsOf = ([x, y, z]: Vec3): number[] => [x * x, x * y, x * z, y * y, y * z, z * z];

/**
 * Gradients at vertices, by the least squares of what the neighbours' values differ by, the nearer the more; tangent vectors.
 * @param bends how far the function is off the line in the middles of edges, as far as that is known
 */
function gradientsOf(
  values: Float64Array,
  ways: readonly Way[],
  inverses: readonly (Rows | undefined)[],
  bends: Float64Array,
): Vec3[] {
  const sums = inverses.map((): [number, number, number] => [0, 0, 0]);
  const add = (v: number, difference: number, way: Vec3) => {
    const squared = dot(way, way);
    if (squared === 0) return;
    // Beside −∞ there is no slope.
    const rise = Number.isFinite(difference) ? difference : Number.NaN;
    for (let k = 0; k < 3; k++) sums[v][k] += (way[k] * rise) / squared;
  };
  ways.forEach(({ i, j, there, back }, e) => {
    // The slope at an end differs from that of the chord by four times what bends.
    add(i, values[j] - values[i] + 4 * bends[e], there);
    add(j, values[i] - values[j] + 4 * bends[e], back);
  });
  return inverses.map(
    (rows, v): Vec3 => (rows ? [dot(rows[0], sums[v]), dot(rows[1], sums[v]), dot(rows[2], sums[v])] : [0, 0, 0]),
  );
}
