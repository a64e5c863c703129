/**
 * Triangulations of the sphere that are refined where mass lies and the density changes within a triangle (marking after
 * Dörfler 1996).
 */
import { cornersOf, edgeKey, midpoint, pointWithin, type SphereMesh } from "../sphere/icosphere.js";
import { vectorAt } from "../sphere/point.js";
import type { Prior } from "./prior.js";

/** When refinement of a mesh begins and ends. */
export interface RefineOptions {
  /** Subdivision level of the icosphere to begin with; 3 if left out. */
  level?: number;
  /** Of a density that can be computed anywhere: parts of every edge of the icosahedron to begin with, where no level is asked for. */
  parts?: number;
  /**
   * Refinement stops below this mean, over the probability, of how much the log density changes across a triangle, in
   * nats; 0.5 if left out.
   */
  tolerance?: number;
  /** Refinement also stops at so many vertices; 20,000 if left out. Those that cubics add afterwards are not among them. */
  maxVertices?: number;
  /** Triangles that hold more of the samples that are known are cut from the beginning; 8 if left out. */
  mostSamples?: number;
  /**
   * Share of the total variation whose triangles are refined in one round; 0.6 if left out. A greater one takes fewer rounds, and
   * vertices that are not needed.
   */
  bulk?: number;
  /** What the distribution will be multiplied with: the mesh is made as fine where that leaves probability. */
  prior?: Prior;
}

/** A distribution on a triangulated sphere. */
export interface DensityMesh extends SphereMesh {
  /** Probability of every triangle, [triangles]; they add up to one. */
  masses: Float64Array;
  /** Area of every triangle in steradians, [triangles]. */
  areas: Float64Array;
  /**
   * 1 for a triangle of a carried mesh that is turned over, [triangles]: the flow bends too much within it for three
   * corners to tell.
   */
  turned: Uint8Array;
  /** Log density at every vertex in nats per steradian, [vertices]. */
  vertexLogDensities: Float64Array;
  /**
   * Mean change of the log density across a triangle, in nats, before edges are cut by cubics: what `tolerance` bounds; above it if
   * the vertices ran out.
   */
  variationNats: number;
  /** What it was multiplied with, for the places within a triangle; zero where there is nothing. */
  prior?: Prior;
}

/** A distribution on a mesh, before it is known how fine the mesh is for it. */
export type Measured = Omit<DensityMesh, "variationNats">;

/** What a turned-over triangle counts for: its density may be anything. */
const unresolvedNats = 10;

/**
 * Refines a triangulation round by round, where probability lies and the density changes within a triangle (bulk marking
 * after Dörfler 1996).
 * @param start the triangulation to begin with, already known to `extend`
 * @param extend is given the vertices that a round has added, unit vectors [n, 3]
 * @param measure masses, areas and densities of a triangulation all of whose vertices are known
 */
export async function refinedMesh(
  start: SphereMesh,
  extend: (vertices: Float64Array) => Promise<void>,
  measure: (mesh: SphereMesh) => Measured,
  { tolerance = 0.5, maxVertices = 20_000, bulk = 0.6, prior }: RefineOptions,
): Promise<DensityMesh> {
  let mesh = start;
  for (;;) {
    const measured = measure(mesh);
    const own = variationsOf(measured, measured.masses);
    const left = prior && variationsOf(measured, massesLeft(measured, prior));
    const variations = left ? own.map((v, t) => Math.max(v, left[t])) : own;
    const total = variations.reduce((a, b) => a + b, 0);
    const room = maxVertices - mesh.vertices.length / 3;
    if (total <= tolerance || room <= 0) return { ...measured, variationNats: total };
    const refined = split(mesh, markedEdges(mesh, variations, bulk * total, room));
    await extend(refined.vertices.slice(mesh.vertices.length));
    mesh = refined;
  }
}

/** Mass of every triangle times the range of the log density at its corners. */
function variationsOf({ triangles, turned, vertexLogDensities }: Measured, masses: Float64Array): Float64Array {
  return masses.map((mass, t) => {
    const [a, b, c] = [0, 1, 2].map((k) => vertexLogDensities[triangles[3 * t + k]]);
    return mass * (Math.max(a, b, c) - Math.min(a, b, c) + unresolvedNats * turned[t]);
  });
}

/** What a prior leaves of every triangle's mass, scaled to a total of one; nothing where it leaves nothing. */
function massesLeft(measured: Measured, prior: Prior): Float64Array {
  const { vertices, triangles } = measured;
  const weights = Float64Array.from({ length: vertices.length / 3 }, (_, v) => prior(vectorAt(vertices, v)));
  const left = measured.masses.map((mass, t) => {
    const corners = [0, 1, 2].reduce((sum, k) => sum + weights[triangles[3 * t + k]], 0);
    return (mass * (corners + prior(pointWithin(cornersOf(measured, t), [1 / 3, 1 / 3, 1 / 3])))) / 4;
  });
  const total = left.reduce((a, b) => a + b, 0);
  return total > 0 ? left.map((m) => m / total) : left;
}

/** All edges of the triangles that make up the bulk of the variation, in nats, largest first, as far as there is room. */
function markedEdges(
  { triangles }: SphereMesh,
  variations: Float64Array,
  bulk: number,
  room: number,
): ReadonlySet<number> {
  const order = Array.from(variations.keys()).sort((a, b) => variations[b] - variations[a]);
  const marked = new Set<number>();
  let covered = 0;
  for (const t of order) {
    if (covered >= bulk || marked.size >= room) break;
    covered += variations[t];
    for (let k = 0; k < 3; k++) marked.add(edgeKey(triangles[3 * t + k], triangles[3 * t + ((k + 1) % 3)]));
  }
  return marked;
}

/**
 * Cuts marked edges in the middle and every triangle accordingly, into two, three or four, so that no vertex ends up on
 * the edge of a neighbour. New vertices follow the old ones, in the order of the marked edges.
 * @param marked keys of edges, as `edgeKey` makes them
 */
export function split({ vertices, triangles }: SphereMesh, marked: ReadonlySet<number>): SphereMesh {
  const count = vertices.length / 3;
  const points = new Float64Array(vertices.length + 3 * marked.size);
  points.set(vertices);
  const middles = new Map<number, number>();
  for (const key of marked) {
    const [i, j] = [Math.floor(key / 2 ** 26), key % 2 ** 26];
    const at = count + middles.size;
    points.set(midpoint(vectorAt(vertices, i), vectorAt(vertices, j)), 3 * at);
    middles.set(key, at);
  }
  const cut: number[] = [];
  for (let t = 0; t < triangles.length; t += 3) {
    const corners = [triangles[t], triangles[t + 1], triangles[t + 2]];
    const halves = corners.map((v, k) => middles.get(edgeKey(v, corners[(k + 1) % 3])));
    cut.push(...cutTriangle(corners, halves));
  }
  return { vertices: points, triangles: Uint32Array.from(cut) };
}

/** @param halves the middle of the edge that begins at each corner, where it is cut */
function cutTriangle(corners: number[], halves: (number | undefined)[]): number[] {
  const cuts = halves.filter((h) => h !== undefined).length;
  if (cuts === 0) return corners;
  // Turned so that the pattern begins at corner a: one cut on ab; two on ab and bc.
  const first =
    cuts === 1 ? halves.findIndex((h) => h !== undefined) : cuts === 2 ? (halves.indexOf(undefined) + 1) % 3 : 0;
  const [a, b, c] = [0, 1, 2].map((k) => corners[(first + k) % 3]);
  const [ab, bc, ca] = [0, 1, 2].map((k) => halves[(first + k) % 3] as number);
  if (cuts === 1) return [a, ab, c, ab, b, c];
  if (cuts === 2) return [ab, b, bc, a, ab, bc, a, bc, c];
  return [a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca];
}
