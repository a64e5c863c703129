/**
 * The flow of S² carries the sphere onto itself, so it carries a mesh along: every triangle keeps the mass that it had
 * under the uniform noise, and mass over new area is the density, with no divergence computed. The mesh is refined where
 * mass lies and the density changes within a triangle (Dörfler 1996 for the marking), by carrying new midpoints of edges.
 */
import { edgeKey, icosphere, midpoint, type SphereMesh, triangleArea } from "../sphere/icosphere.js";
import { vectorAt } from "../sphere/point.js";

/** Carries points of the noise [n, 3] to places [n, 3]. */
export type Transport = (points: Float64Array) => Promise<Float64Array>;

export interface RefineOptions {
  /** Of the icosphere to begin with. */
  level?: number;
  /** Mean over the mass of how much the log density changes across a triangle, in nats: refinement stops below. */
  tolerance?: number;
  /** Refinement also stops at so many vertices. */
  mostVertices?: number;
}

export interface TransportedMesh extends SphereMesh {
  /** Of every triangle; they add up to one. */
  masses: Float64Array;
  /** Steradians, of every triangle. */
  areas: Float64Array;
  /** 1 for a triangle whose image is turned over: the flow bends too much within it for three corners to tell. */
  turned: Uint8Array;
  /** Log density at every vertex, in nats per steradian. */
  vertexLogDensities: Float64Array;
  /** What `tolerance` bounds; above it if the vertices ran out. */
  variationNats: number;
}

/** An area below which a triangle is a point for all purposes: (5 m)². */
const leastArea = 6e-13;

/** What a turned-over triangle counts for: its density may be anything. */
const unresolvedNats = 10;

export async function transportedMesh(
  transport: Transport,
  { level = 4, tolerance = 0.15, mostVertices = 20_000 }: RefineOptions = {},
): Promise<TransportedMesh> {
  let noise = icosphere(level);
  let images = await transport(noise.vertices);
  for (;;) {
    const mesh = measured(noise, images);
    const variations = variationsOf(mesh);
    const total = variations.reduce((a, b) => a + b, 0);
    const room = mostVertices - noise.vertices.length / 3;
    if (total <= tolerance || room <= 0) return { ...mesh, variationNats: total };
    const marked = markedEdges(mesh, variations, total, room);
    const refined = split(noise, marked);
    const fresh = refined.vertices.subarray(noise.vertices.length);
    const carried = await transport(fresh.slice());
    const all = new Float64Array(refined.vertices.length);
    all.set(images);
    all.set(carried, images.length);
    [noise, images] = [refined, all];
  }
}

type Measured = Omit<TransportedMesh, "variationNats">;

/** Masses from the noise's triangles, areas from their images. */
function measured(noise: SphereMesh, vertices: Float64Array): Measured {
  const { triangles } = noise;
  const n = triangles.length / 3;
  const [masses, areas, turned] = [new Float64Array(n), new Float64Array(n), new Uint8Array(n)];
  const corners = (of: Float64Array, t: number) =>
    [0, 1, 2].map((k) => vectorAt(of, triangles[3 * t + k])) as [never, never, never];
  // Around every vertex: the mass and the area of its triangles, whose ratio is the density there.
  const [massAround, areaAround] = [new Float64Array(vertices.length / 3), new Float64Array(vertices.length / 3)];
  for (let t = 0; t < n; t++) {
    masses[t] = triangleArea(...corners(noise.vertices, t)) / (4 * Math.PI);
    const area = triangleArea(...corners(vertices, t));
    turned[t] = area < 0 ? 1 : 0;
    areas[t] = Math.max(leastArea, Math.abs(area));
    for (let k = 0; k < 3; k++) {
      massAround[triangles[3 * t + k]] += masses[t];
      areaAround[triangles[3 * t + k]] += areas[t];
    }
  }
  const vertexLogDensities = massAround.map((m, v) => Math.log(m / areaAround[v]));
  return { vertices, triangles, masses, areas, turned, vertexLogDensities };
}

/** Mass of every triangle times the range of the log density at its corners. */
function variationsOf({ triangles, masses, turned, vertexLogDensities }: Measured): Float64Array {
  return masses.map((mass, t) => {
    const [a, b, c] = [0, 1, 2].map((k) => vertexLogDensities[triangles[3 * t + k]]);
    return mass * (Math.max(a, b, c) - Math.min(a, b, c) + unresolvedNats * turned[t]);
  });
}

/** Share of the total variation whose triangles are refined in one round. */
const bulk = 0.6;

/** All edges of the triangles that make up the bulk of the variation, largest first, as far as there is room. */
function markedEdges(
  { triangles }: SphereMesh,
  variations: Float64Array,
  total: number,
  room: number,
): ReadonlySet<number> {
  const order = Array.from(variations.keys()).sort((a, b) => variations[b] - variations[a]);
  const marked = new Set<number>();
  let covered = 0;
  for (const t of order) {
    if (covered >= bulk * total || marked.size >= room) break;
    covered += variations[t];
    for (let k = 0; k < 3; k++) marked.add(edgeKey(triangles[3 * t + k], triangles[3 * t + ((k + 1) % 3)]));
  }
  return marked;
}

/**
 * Cuts marked edges in the middle and every triangle accordingly, into two, three or four, so that no vertex ends up on
 * the edge of a neighbour.
 */
function split({ vertices, triangles }: SphereMesh, marked: ReadonlySet<number>): SphereMesh {
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
