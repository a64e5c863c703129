import { cornersOf, edgeKey, triangleArea } from "../sphere/icosphere.js";
import { angle, normalize, type Vec3 } from "../sphere/point.js";
import { logMeanExp } from "./log-linear.js";
import { type DensityMesh, split } from "./mesh-refinement.js";
import type { Focus } from "./prior.js";

/** Every round halves edges: from half the globe to 300 m in sixteen. */
const maxRounds = 16;

/**
 * The same distribution on a mesh whose triangles near each focus have edges of half its width or less, and get larger with
 * the distance.
 */
export function refinedNear(mesh: DensityMesh, foci: readonly Focus[]): DensityMesh {
  let fine = mesh;
  if (foci.length === 0) return fine;
  for (let round = 0; round < maxRounds; round++) {
    const marked = edgesToCut(fine, foci);
    if (marked.size === 0) break;
    fine = cut(fine, marked);
  }
  return fine;
}

function edgesToCut(mesh: DensityMesh, foci: readonly Focus[]): Set<number> {
  const marked = new Set<number>();
  const { triangles } = mesh;
  for (let t = 0; t < mesh.masses.length; t++) {
    const corners = cornersOf(mesh, t);
    const middle = normalize([0, 1, 2].map((d) => corners[0][d] + corners[1][d] + corners[2][d]) as unknown as Vec3);
    const reach = Math.max(...corners.map((c) => angle(c, middle)));
    let wanted = Number.POSITIVE_INFINITY;
    for (const { centre, width } of foci)
      wanted = Math.min(wanted, Math.max(width / 2, (angle(middle, centre) - reach) / 3));
    corners.forEach((corner, k) => {
      if (angle(corner, corners[(k + 1) % 3]) <= wanted) return;
      marked.add(edgeKey(triangles[3 * t + k], triangles[3 * t + ((k + 1) % 3)]));
    });
  }
  return marked;
}

/**
 * The same distribution with marked edges cut in the middle. The density's logarithm is linear within a triangle, and so it is
 * handed on; a triangle that is turned over hands its mass on by area.
 * @param marked keys of edges, as `edgeKey` makes them
 */
export function cut(mesh: DensityMesh, marked: ReadonlySet<number>): DensityMesh {
  const { vertices, triangles } = split(mesh, marked);
  const next = { vertices, triangles };
  const count = triangles.length / 3;
  const masses = new Float64Array(count);
  const areas = new Float64Array(count);
  const turned = new Uint8Array(count);
  const vertexLogDensities = new Float64Array(vertices.length / 3);
  vertexLogDensities.set(mesh.vertexLogDensities);
  let added = mesh.vertexLogDensities.length;
  // New vertices come in the order of the marked edges.
  for (const key of marked) {
    const [i, j] = [Math.floor(key / 2 ** 26), key % 2 ** 26];
    vertexLogDensities[added++] = (mesh.vertexLogDensities[i] + mesh.vertexLogDensities[j]) / 2;
  }
  let at = 0;
  for (let t = 0; t < mesh.masses.length; t++) {
    const corner = (k: number) => mesh.triangles[3 * t + (k % 3)];
    // `split` puts the parts of a triangle where it was: one more than the edges that are cut.
    const parts = 1 + [0, 1, 2].filter((k) => marked.has(edgeKey(corner(k), corner(k + 1)))).length;
    const sizes = Array.from({ length: parts }, (_, k) => Math.abs(triangleArea(...cornersOf(next, at + k))));
    const total = sizes.reduce((a, b) => a + b);
    // Against the highest of its corners, so that nothing is lost far below the peak.
    const top = Math.max(...[0, 1, 2].map((k) => mesh.vertexLogDensities[corner(k)]));
    const shares = sizes.map((size, k) => {
      const [a, b, c] = [0, 1, 2].map((i) => vertexLogDensities[triangles[3 * (at + k) + i]]);
      return mesh.turned[t] ? size : size * Math.exp(logMeanExp(a, b, c) - top);
    });
    const held = shares.reduce((a, b) => a + b);
    sizes.forEach((size, k) => {
      masses[at + k] = held > 0 ? (mesh.masses[t] * shares[k]) / held : (mesh.masses[t] * size) / total;
      areas[at + k] = (mesh.areas[t] * size) / total;
      turned[at + k] = mesh.turned[t];
    });
    at += parts;
  }
  return { ...mesh, vertices, triangles, masses, areas, turned, vertexLogDensities };
}
