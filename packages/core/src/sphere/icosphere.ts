/** Triangulations of the sphere, and areas on it. */
import { GeodriftError } from "../errors/geodrift-error.js";
import { add, combine, scale } from "./geodesic.js";
import { cross, dot, normalize, type Vec3, vectorAt } from "./point.js";

/** A triangulation of the unit sphere. */
export interface SphereMesh {
  /** Unit vectors, [vertices, 3]. */
  vertices: Float64Array;
  /** Vertex numbers, counter-clockwise seen from outside, [triangles, 3]. */
  triangles: Uint32Array;
}

/** The three corners, unit vectors, of triangle number `triangle`. */
export const cornersOf = ({ vertices, triangles }: SphereMesh, triangle: number): readonly [Vec3, Vec3, Vec3] => [
  vectorAt(vertices, triangles[3 * triangle]),
  vectorAt(vertices, triangles[3 * triangle + 1]),
  vectorAt(vertices, triangles[3 * triangle + 2]),
];

/**
 * The point of a triangle with the given barycentric shares of its corners, put on the sphere.
 * @param corners unit vectors
 * @param shares of the corners, which add up to 1
 */
export const pointWithin = ([a, b, c]: readonly [Vec3, Vec3, Vec3], [u, v, w]: Vec3): Vec3 =>
  normalize(add(combine(u, a, v, b), scale(c, w)));

/** Barycentric shares of points that stand for a triangle evenly: the middles of the nine parts of a regular subdivision. */
export const ninths: readonly Vec3[] = [
  [7, 4, 1],
  [5, 2],
].flatMap((parts) =>
  parts.flatMap((a) => parts.flatMap((b): Vec3[] => (9 - a - b > 0 ? [[a / 9, b / 9, (9 - a - b) / 9]] : []))),
);

/**
 * A geodesic sphere: the icosahedron with every triangle cut into four `level` times, 20·4^level triangles and
 * 10·4^level + 2 vertices.
 */
export function icosphere(level: number): SphereMesh {
  let mesh = icosahedron();
  for (let i = 0; i < level; i++) mesh = quartered(mesh);
  return mesh;
}

/**
 * A geodesic sphere of any fineness: every triangle of the icosahedron cut into `parts`² by lines that cut its edges into `parts`, put on
 * the sphere; 20·parts² triangles and 10·parts² + 2 vertices.
 * @throws GeodriftError `option` if `parts` is no whole number from 1 on
 */
export function geodesicSphere(parts: number): SphereMesh {
  if (!(Number.isInteger(parts) && parts > 0))
    throw new GeodriftError("option", `parts of an edge: a whole number from 1 on is needed, got ${parts}`);
  const { vertices, triangles } = icosahedron();
  const points: number[] = [];
  const known = new Map<string, number>();
  const cut: number[] = [];
  for (let t = 0; t < triangles.length; t += 3) {
    const corners = [...triangles.subarray(t, t + 3)];
    /** The vertex at shares of the corners, of which those on an edge belong to its neighbour as well. */
    const at = (i: number, j: number): number => {
      const shares = [parts - i - j, i, j];
      const key = corners
        .flatMap((corner, k) => (shares[k] > 0 ? [`${corner}:${shares[k]}`] : []))
        .sort()
        .join();
      const before = known.get(key);
      if (before !== undefined) return before;
      const [a, b, c] = corners.map((corner) => vectorAt(vertices, corner));
      points.push(...pointWithin([a, b, c], [shares[0] / parts, shares[1] / parts, shares[2] / parts]));
      known.set(key, known.size);
      return known.size - 1;
    };
    for (let i = 0; i < parts; i++)
      for (let j = 0; i + j < parts; j++) {
        cut.push(at(i, j), at(i + 1, j), at(i, j + 1));
        if (i + j < parts - 1) cut.push(at(i + 1, j), at(i + 1, j + 1), at(i, j + 1));
      }
  }
  return { vertices: Float64Array.from(points), triangles: Uint32Array.from(cut) };
}

function icosahedron(): SphereMesh {
  const golden = (1 + Math.sqrt(5)) / 2;
  const corners: Vec3[] = [];
  for (const a of [-1, 1]) for (const b of [-golden, golden]) corners.push([0, a, b], [a, b, 0], [b, 0, a]);
  const near = (i: number, j: number) => Math.hypot(...corners[i].map((v, k) => v - corners[j][k])) < 2.1;
  const triangles: number[] = [];
  for (let i = 0; i < 12; i++)
    for (let j = i + 1; j < 12; j++)
      for (let k = j + 1; k < 12; k++) {
        if (!near(i, j) || !near(j, k) || !near(i, k)) continue;
        const outward = dot(corners[i], cross(corners[j], corners[k])) > 0;
        triangles.push(i, ...(outward ? [j, k] : [k, j]));
      }
  return {
    vertices: Float64Array.from(corners.flatMap((c) => [...normalize(c)])),
    triangles: Uint32Array.from(triangles),
  };
}

function quartered({ vertices, triangles }: SphereMesh): SphereMesh {
  const points = Array.from(vertices);
  const middles = new Map<number, number>();
  const middle = (i: number, j: number): number => {
    const key = edgeKey(i, j);
    let at = middles.get(key);
    if (at === undefined) {
      at = points.length / 3;
      points.push(...midpoint(vectorAt(vertices, i), vectorAt(vertices, j)));
      middles.set(key, at);
    }
    return at;
  };
  const cut: number[] = [];
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t], triangles[t + 1], triangles[t + 2]];
    const [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)];
    cut.push(a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca);
  }
  return { vertices: Float64Array.from(points), triangles: Uint32Array.from(cut) };
}

/** One number for an edge between two vertices, whichever way it is walked; unique for vertex numbers below 2²⁶. */
export const edgeKey = (i: number, j: number): number => Math.min(i, j) * 2 ** 26 + Math.max(i, j);

/** The unit vector halfway along the great circle between two unit vectors. */
export const midpoint = (a: Vec3, b: Vec3): Vec3 => normalize(add(a, b));

/**
 * Area of a spherical triangle in steradians (Van Oosterom & Strackee 1983), positive if counter-clockwise seen from
 * outside; by differences, so that small triangles keep their digits.
 */
export function triangleArea(a: Vec3, b: Vec3, c: Vec3): number {
  const ab: Vec3 = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const ac: Vec3 = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
  return 2 * Math.atan2(dot(a, cross(ab, ac)), 1 + dot(a, b) + dot(b, c) + dot(c, a));
}
