/**
 * A density that can be computed anywhere, on a mesh that covers the globe: so that every method answers the same questions.
 * Its logarithm is taken as linear within every triangle, which for a smooth density errs by the square of their size; so triangles
 * within which it bends are cut once more, by what lies around them.
 */
import { cornersOf, edgeKey, geodesicSphere, icosphere, type SphereMesh, triangleArea } from "../sphere/icosphere.js";
import { angle, dot, type Vec3, vectorAt } from "../sphere/point.js";
import { cutWhereBent } from "./bent-edges.js";
import { logMeanExp, sharesAt } from "./log-linear.js";
import { type DensityMesh, type Measured, type RefineOptions, refinedMesh, split } from "./mesh-refinement.js";

/** A place near which the density is known to change quickly. */
export interface Peak {
  /** Unit vector. */
  centre: Vec3;
  /** Distance within which it changes, radians. */
  radius: number;
}

/** What is known of a density before its mesh is made. */
export interface Hints {
  /** Where it is known to peak: a sharp peak could fall between the vertices otherwise. */
  peaks?: readonly Peak[];
  /** Places drawn from it, unit vectors [n, 3]: where they are many, the mesh begins fine. */
  samples?: Float64Array;
}

/**
 * A mesh of a density that can be computed at any point, refined where the density changes, scaled to a total of one.
 * @param logDensity log densities in nats per steradian at unit vectors [n, 3]; need not be normalised. It is told of points that are
 * spread over the whole globe, and not chosen for what lies there
 * @param hints where the mesh must be fine from the beginning
 * @param options a `prior` has the mesh refined where what it leaves changes, too
 */
export async function meshOfDensity(
  logDensity: (points: Float64Array, anywhere: boolean) => Float64Array | Promise<Float64Array>,
  { peaks = [], samples }: Hints = {},
  options: RefineOptions = {},
): Promise<DensityMesh> {
  const { level, parts } = options;
  const globe = level === undefined && parts !== undefined ? geodesicSphere(parts) : icosphere(level ?? 3);
  let start = globe;
  const foci = [...(options.prior?.focus ?? [])].sort((a, b) => b.width - a.width).slice(0, mostFoci);
  for (const peak of [...peaks, ...foci.map(({ centre, width }) => ({ centre, radius: width }))])
    start = fineAround(start, peak);
  if (samples) start = fineAmong(start, samples, options.mostSamples);
  // Vertices that are added stand behind those that were there.
  let values = await logDensity(globe.vertices, true);
  const extend = async (vertices: Float64Array) => {
    const more = await logDensity(vertices, false);
    const all = new Float64Array(values.length + more.length);
    all.set(values);
    all.set(more, values.length);
    values = all;
  };
  const added = start.vertices.slice(globe.vertices.length);
  if (added.length > 0) await extend(added);
  const refined = await refinedMesh(start, extend, (mesh) => measuredByCorners(mesh, values), options);
  const bent = cutWhereBent(refined, values, leastBend);
  return { ...refined, ...measuredByCorners(bent.mesh, bent.values) };
}

/** By how much a density's logarithm is off a straight line for an edge to be cut once more, nats: as many as the whole may err by. */
const leastBend = 0.05;

/**
 * Masses by the densities of the corners, scaled to a total of one; the density's logarithm is linear within every triangle.
 * @param values log densities at the vertices, nats per steradian; need not be normalised
 */
export function measuredByCorners(mesh: SphereMesh, values: Float64Array): Measured {
  const { vertices, triangles } = mesh;
  const n = triangles.length / 3;
  const [masses, areas] = [new Float64Array(n), new Float64Array(n)];
  // Against the highest, so that nothing overflows.
  const top = values.reduce((a, b) => Math.max(a, b));
  let total = 0;
  for (let t = 0; t < n; t++) {
    areas[t] = triangleArea(...cornersOf(mesh, t));
    const [a, b, c] = triangles.subarray(3 * t, 3 * t + 3);
    masses[t] = areas[t] * Math.exp(logMeanExp(values[a], values[b], values[c]) - top);
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

/** Edges are not cut any shorter, radians: 13 metres. Shorter ones are not told apart from what lies beside them. */
const leastEdge = 2e-6;

/** Foci of a prior that the mesh is fine about from the beginning, the widest first: every vertex asks for a density. */
const mostFoci = 12;

/** Cuts the triangles about a peak until they are as small as it is. */
function fineAround(mesh: SphereMesh, { centre, radius }: Peak): SphereMesh {
  const large = ([a, b, c]: Corners) => Math.max(angle(a, b), angle(b, c), angle(c, a)) > Math.max(radius, leastEdge);
  return cutWhile(mesh, (corners) => large(corners) && holds(centre, corners));
}

/** Samples nearer to one another than this are one place, radians. */
const onePlace = 1e-4;

/** Cuts triangles until each holds few of the samples. */
function fineAmong(mesh: SphereMesh, samples: Float64Array, mostSamples = 8): SphereMesh {
  const left = Array.from({ length: samples.length / 3 }, (_, i) => vectorAt(samples, i));
  return cutWhile(mesh, (corners) => {
    if (angle(corners[0], corners[1]) < onePlace) return false;
    let held = 0;
    for (const x of left) if (holds(x, corners) && ++held > mostSamples) return true;
    return false;
  });
}

type Corners = readonly [Vec3, Vec3, Vec3];

function cutWhile(mesh: SphereMesh, wanted: (corners: Corners) => boolean): SphereMesh {
  for (;;) {
    const { triangles } = mesh;
    const marked = new Set<number>();
    for (let t = 0; 3 * t < triangles.length; t++) {
      if (!wanted(cornersOf(mesh, t))) continue;
      for (let k = 0; k < 3; k++) marked.add(edgeKey(triangles[3 * t + k], triangles[3 * t + ((k + 1) % 3)]));
    }
    if (marked.size === 0) return mesh;
    mesh = split(mesh, marked);
  }
}

/** On an edge, both neighbours hold the point. */
const holds = (x: Vec3, corners: Corners): boolean =>
  dot(corners[0], x) > 0 && sharesAt(corners, x).every((share) => share >= -onEdge);

/** Relative to the triangle: an absolute limit would be wider than the smallest of them. */
const onEdge = 1e-9;
