/**
 * A distribution on a mesh. Every triangle has its probability, so every probability and every area below is a sum over
 * triangles, and the total is one by construction; within one, the logarithm of the density is linear.
 */
import { capRadiusKm, earthAreaKm2 } from "../sphere/cap.js";
import { combine } from "../sphere/geodesic.js";
import { cornersOf, edgeKey, ninths, pointWithin } from "../sphere/icosphere.js";
import { angle, cross, dot, earthRadiusKm, normalize, toLatLng, toVec3, type Vec3, vectorAt } from "../sphere/point.js";
import { triangleIndex } from "../sphere/triangle-index.js";
import type { Mode, PlaceDistribution } from "./distribution.js";
import { gainWithin, logMeanExp, ninthsOf, sharesAt } from "./log-linear.js";
import type { DensityMesh } from "./mesh-refinement.js";
import { pointsInside } from "./prior.js";

/** A peak less than this factor above the pass to a higher one belongs to that one (nats). */
const prominence = Math.log(2);

/** Modes with less mass than this are not named. */
const minMass = 0.02;

/** A distribution of places on a mesh, which has outlines and representatives. */
export interface MeshDistribution
  extends Required<Omit<PlaceDistribution, "conformal">>,
    Pick<PlaceDistribution, "conformal"> {
  /** Triangles with their masses and areas. */
  mesh: DensityMesh;
}

/**
 * Answers the questions of `PlaceDistribution` from a mesh. Where no triangle lies, the probability of the turned-over
 * triangles is spread over the area that the others do not cover.
 */
export function meshDistribution(mesh: DensityMesh): MeshDistribution {
  const { masses, areas } = mesh;
  const densities = masses.map((m, t) => m / areas[t]);
  const byDensity = Uint32Array.from(densities.keys()).sort((a, b) => densities[b] - densities[a]);
  const modes = modesOf(mesh);
  const outside = outsideOf(mesh);
  const near = triangleIndex(mesh);
  let found: Pieces | undefined;
  const pieces = () => {
    found ??= piecesOf(mesh);
    return found;
  };
  return {
    mesh,
    localizabilityBits:
      masses.reduce((sum, m, t) => (m > 0 ? sum + m * (Math.log(densities[t]) + gain(mesh, t)) : sum), 0) / Math.LN2,
    best: { lat: modes[0].lat, lng: modes[0].lng },
    modes,
    regions: (wanted) =>
      wanted.map((mass) => {
        let [held, steradians] = [0, 0];
        const { order, masses, areas } = pieces();
        for (const k of order) {
          if (held >= mass) break;
          const share = Math.min(1, (mass - held) / masses[k]);
          held += share * masses[k];
          steradians += share * areas[k];
        }
        // Folded triangles lie over others.
        const areaKm2 = Math.min(earthAreaKm2, steradians * earthRadiusKm ** 2);
        return { mass, areaKm2, radiusKm: capRadiusKm(areaKm2) };
      }),
    logProbNats: (place) => {
      const x = toVec3(place);
      if (mesh.prior?.(x) === 0) return Number.NEGATIVE_INFINITY;
      const own = triangleAt(mesh, near(x), x);
      return own === undefined ? Math.log(outside.mass / outside.area) : logDensityIn(mesh, own, x);
    },
    credibleLevel: (place) => {
      const x = toVec3(place);
      if (mesh.prior?.(x) === 0) return 1;
      const own = triangleAt(mesh, near(x), x);
      if (own === undefined) return 1 - outside.mass / 2;
      let held = 0;
      for (const t of byDensity) {
        // Where in its triangle the place ranks, the mesh does not know: half way.
        if (t === own) return held + masses[t] / 2;
        held += masses[t];
      }
      return held;
    },
    outlines: (mass) => {
      let held = 0;
      const last = byDensity.find((t) => {
        held += masses[t];
        return held >= mass;
      });
      return contours(mesh, Math.log(densities[last ?? byDensity[byDensity.length - 1]]));
    },
    representatives: (n) => {
      const out = new Float64Array(3 * n);
      let [t, upTo] = [0, masses[0]];
      for (let i = 0; i < n; i++) {
        const at = (i + 0.5) / n;
        while (upTo < at && t < masses.length - 1) upTo += masses[++t];
        out.set(pointIn(mesh, t, i), 3 * i);
      }
      return out;
    },
  };
}

/** Parts of triangles, over each of which the density is even. */
interface Pieces {
  masses: Float64Array;
  areas: Float64Array;
  /** Their numbers, by falling density. */
  order: Uint32Array;
}

/** Triangles in ninths: a region ends within triangles. */
function piecesOf({ triangles, masses, areas, turned, vertexLogDensities }: DensityMesh): Pieces {
  const [own, sizes] = [
    new Float64Array(ninths.length * masses.length),
    new Float64Array(ninths.length * masses.length),
  ];
  let n = 0;
  masses.forEach((mass, t) => {
    if (mass === 0) return;
    const [a, b, c] = [0, 1, 2].map((k) => vertexLogDensities[triangles[3 * t + k]]);
    const isEven = turned[t] === 1 || !Number.isFinite(a + b + c);
    const shares = isEven ? [1] : ninthsOf(a, b, c);
    for (const share of shares) {
      own[n] = mass * share;
      sizes[n++] = areas[t] / shares.length;
    }
  });
  const densities = own.subarray(0, n).map((mass, k) => mass / sizes[k]);
  const order = Uint32Array.from(densities.keys()).sort((a, b) => densities[b] - densities[a]);
  return { masses: own, areas: sizes, order };
}

/** By how much the mean log density of a triangle's probability is above that of an even one, nats. */
function gain({ triangles, turned, vertexLogDensities }: DensityMesh, t: number): number {
  const [a, b, c] = [0, 1, 2].map((k) => vertexLogDensities[triangles[3 * t + k]]);
  return turned[t] || !Number.isFinite(a + b + c) ? 0 : gainWithin(a, b, c);
}

/** The log density at a point of a triangle: linear between the corners, and as high as the triangle's mass wants it. */
function logDensityIn({ masses, areas, turned, vertexLogDensities, ...mesh }: DensityMesh, t: number, x: Vec3): number {
  const mean = Math.log(masses[t] / areas[t]);
  const [a, b, c] = [0, 1, 2].map((k) => vertexLogDensities[mesh.triangles[3 * t + k]]);
  // A corner may be ruled out by a prior, and one of a triangle that is turned over says nothing.
  if (turned[t] || !Number.isFinite(a + b + c)) return mean;
  const [u, v, w] = sharesAt(cornersOf(mesh, t), x);
  return mean - logMeanExp(a, b, c) + u * a + v * b + w * c;
}

/** Tries of an even sequence before a point that is surely left by a prior is taken. */
const mostTries = 32;

/** Number `i` of a sequence of points that are spread evenly over a triangle (Roberts 2018), where a prior leaves something. */
function pointIn(mesh: DensityMesh, t: number, i: number): Vec3 {
  const corners = cornersOf(mesh, t);
  const { prior } = mesh;
  for (let k = i; k < i + mostTries; k++) {
    const [p, q] = [(k * 0.7548776662466927) % 1, (k * 0.5698402909980532) % 1];
    const [u, v] = p + q > 1 ? [1 - p, 1 - q] : [p, q];
    const x = pointWithin(corners, [1 - u - v, u, v]);
    if (!prior || prior(x) > 0) return x;
  }
  const all = pointsInside(mesh, t);
  return all.find((x) => prior?.(x) !== 0) ?? all[0];
}

/** How far outside of every triangle rounding may put a point that lies on an edge, relative to the triangle. */
export const onEdge = 1e-6;

/** The triangle that holds a point; of several (on an edge), the one it lies deepest in; of none, undefined. */
function triangleAt(mesh: DensityMesh, among: readonly number[], x: Vec3): number | undefined {
  let [best, depth]: [number | undefined, number] = [undefined, -onEdge];
  for (const t of among) {
    const [a, b, c] = cornersOf(mesh, t);
    // On the far side of the globe the three signs agree as well.
    if (dot(a, x) + dot(b, x) + dot(c, x) <= 0) continue;
    const sides = [dot(x, cross(a, b)), dot(x, cross(b, c)), dot(x, cross(c, a))];
    // Relative to the triangle's own size, or the small ones would never win.
    const least = Math.min(...sides) / Math.abs(sides[0] + sides[1] + sides[2]);
    if (least > depth) [best, depth] = [t, least];
  }
  return best;
}

/**
 * What lies outside of every triangle. A flow that carries nearly everything to one place leaves the rest of the globe to
 * triangles that are turned over: what they look like from inside out is all that the others do not cover.
 */
function outsideOf({ masses, areas, turned }: DensityMesh): { mass: number; area: number } {
  let [mass, covered] = [0, 0];
  for (let t = 0; t < masses.length; t++) {
    if (turned[t]) mass += masses[t];
    else covered += areas[t];
  }
  return { mass, area: Math.max(Number.EPSILON, 4 * Math.PI - covered) };
}

/** Peaks with their basins, by prominence (Chazal et al. 2013): a vertex belongs to its densest neighbour's peak. */
function modesOf(mesh: DensityMesh): Mode[] {
  const { vertices, triangles, masses, vertexLogDensities: density } = mesh;
  const n = vertices.length / 3;
  const neighbours: number[][] = Array.from({ length: n }, () => []);
  const vertexMass = new Float64Array(n);
  for (let i = 0; i < triangles.length; i++) {
    const next = i % 3 === 2 ? i - 2 : i + 1;
    neighbours[triangles[i]].push(triangles[next]);
    vertexMass[triangles[i]] += masses[Math.floor(i / 3)] / 3;
  }
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => density[b] - density[a]);
  // Union-find over peaks; −1 where not yet reached.
  const parent = new Int32Array(n).fill(-1);
  const root = (i: number): number => {
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]];
      i = parent[i];
    }
    return i;
  };
  for (const i of order) {
    const above = neighbours[i].filter((j) => parent[j] >= 0);
    if (above.length === 0) {
      parent[i] = i;
      continue;
    }
    let own = root(above.reduce((a, b) => (density[b] > density[a] ? b : a)));
    parent[i] = own;
    for (const j of above) {
      const other = root(j);
      if (other === own) continue;
      const [low, high] = density[other] < density[own] ? [other, own] : [own, other];
      if (density[low] - density[i] >= prominence) continue;
      parent[low] = high;
      own = high;
    }
  }
  const basins = new Map<number, number[]>();
  for (let i = 0; i < n; i++) {
    const peak = root(i);
    const members = basins.get(peak);
    if (members) members.push(i);
    else basins.set(peak, [i]);
  }
  const modes = [...basins].map(([peak, members]): Mode => {
    const top = vectorAt(vertices, peak);
    const mass = members.reduce((sum, i) => sum + vertexMass[i], 0);
    const away = members.map((i) => [angle(top, vectorAt(vertices, i)), vertexMass[i]] as const);
    away.sort((a, b) => a[0] - b[0]);
    let held = 0;
    const half = away.find(([, m]) => {
      held += m;
      return held >= mass / 2;
    });
    return { ...toLatLng(top), mass, radiusKm: earthRadiusKm * (half?.[0] ?? 0) };
  });
  modes.sort((a, b) => b.mass - a.mass);
  return modes.filter((m, i) => i === 0 || m.mass >= minMass);
}

/**
 * Lines of equal density, straight within triangles, joined to rings: on each, the density on the left is higher than
 * `level`.
 */
function contours({ vertices, triangles, vertexLogDensities }: DensityMesh, level: number): Vec3[][] {
  const inside = (v: number) => vertexLogDensities[v] > level;
  /** From the edge where a line enters a triangle to the one where it leaves. */
  const next = new Map<number, number>();
  const crossings = new Map<number, Vec3>();
  const cross = (i: number, j: number): number => {
    const key = edgeKey(i, j);
    const [from, to] = [vertexLogDensities[i], vertexLogDensities[j]];
    // A prior may have ruled one of the two out.
    const share = from === Number.NEGATIVE_INFINITY ? 1 : (level - from) / (to - from);
    crossings.set(key, normalize(combine(1 - share, vectorAt(vertices, i), share, vectorAt(vertices, j))));
    return key;
  };
  for (let t = 0; t < triangles.length; t += 3) {
    const corners = [triangles[t], triangles[t + 1], triangles[t + 2]];
    // Walking counter-clockwise, the region is left and entered once; the line runs from the leaving to the entering.
    let [leaves, enters] = [-1, -1];
    corners.forEach((i, k) => {
      const j = corners[(k + 1) % 3];
      if (inside(i) && !inside(j)) leaves = cross(i, j);
      if (!inside(i) && inside(j)) enters = cross(i, j);
    });
    if (leaves >= 0) next.set(leaves, enters);
  }
  const rings: Vec3[][] = [];
  for (const start of [...next.keys()]) {
    const ring: Vec3[] = [];
    for (let at: number | undefined = start; at !== undefined && next.has(at); ) {
      ring.push(crossings.get(at) as Vec3);
      const to: number | undefined = next.get(at);
      next.delete(at);
      at = to;
    }
    if (ring.length > 2) rings.push([...ring, ring[0]]);
  }
  return rings;
}
