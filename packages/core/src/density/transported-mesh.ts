/**
 * The flow of S² carries the sphere onto itself, so it carries a mesh along: every triangle keeps the mass that it had
 * under the uniform noise, and mass over new area is the density, with no divergence computed.
 */
import { norm, projectTangent } from "../sphere/geodesic.js";
import { cornersOf, edgeKey, icosphere, midpoint, type SphereMesh, triangleArea } from "../sphere/icosphere.js";
import { normalize, type Vec3, vectorAt } from "../sphere/point.js";
import { bendsOf, edgesOf } from "./bent-edges.js";
import { type DensityMesh, type Measured, type RefineOptions, refinedMesh, split } from "./mesh-refinement.js";

/** Carries points of the noise to places: unit vectors [n, 3] to unit vectors [n, 3], stored flat. */
export type Transport = (points: Float64Array) => Promise<Float64Array>;

/** An area below which a triangle is a point for all purposes: (5 m)². */
const minArea = 6e-13;

/** The icosphere of noise that `transportedMesh` begins with: of the options' level, 3 if left out. */
export const noiseMesh = ({ level = 3 }: RefineOptions): SphereMesh => icosphere(level);

/**
 * The distribution that a flow on S² makes of uniform noise, on a mesh that is refined where its density changes.
 * @param start the mesh that is refined and the images of its vertices [v, 3], if they are known already
 */
export async function transportedMesh(
  transport: Transport,
  options: RefineOptions = {},
  start?: { noise: SphereMesh; images: Float64Array },
): Promise<DensityMesh> {
  const noise = start?.noise ?? noiseMesh(options);
  let images = start?.images ?? (await transport(noise.vertices));
  const extend = async (vertices: Float64Array) => {
    const carried = await transport(vertices);
    const all = new Float64Array(images.length + carried.length);
    all.set(images);
    all.set(carried, images.length);
    images = all;
  };
  let fine = noise;
  const refined = await refinedMesh(
    noise,
    extend,
    (mesh) => {
      fine = mesh;
      return measured(mesh, images);
    },
    options,
  );
  const bent = bentOver(fine, images);
  return { ...refined, ...measured(bent.noise, bent.images) };
}

/**
 * An edge is cut whose image is off a straight one by at least so much of its length in the middle, which is a tenth of the density from
 * end to end; and a middle is taken to be off by so much at most: where the flow parts, slopes say nothing.
 */
const [leastBend, mostBend] = [0.01, 0.15];

/** The triangulation cut once more where the flow bends it; where the middles of edges go, cubics along them tell. */
function bentOver(noise: SphereMesh, images: Float64Array): { noise: SphereMesh; images: Float64Array } {
  const edges = edgesOf(noise);
  const coordinates = [0, 1, 2].map((k) => images.filter((_, at) => at % 3 === k));
  const bends = bendsOf(noise, edges, coordinates, { passes: 1 });
  const middles = new Map<number, Vec3>();
  edges.forEach(({ i, j }, e) => {
    const [a, b] = [vectorAt(images, i), vectorAt(images, j)];
    const bend: Vec3 = [bends[0][e], bends[1][e], bends[2][e]];
    const chord = norm([b[0] - a[0], b[1] - a[1], b[2] - a[2]]);
    // Along the sphere: away from the chord every great circle bends.
    const off = norm(projectTangent(midpoint(a, b), bend));
    if (!(off >= leastBend * chord) || off === 0) return;
    const share = Math.min(1, (mostBend * chord) / off);
    const middle = [0, 1, 2].map((k) => (a[k] + b[k]) / 2 + share * bend[k]) as unknown as Vec3;
    middles.set(edgeKey(i, j), normalize(middle));
  });
  const all = Float64Array.from([...images, ...[...middles.values()].flat()]);
  return { noise: split(noise, new Set(middles.keys())), images: all };
}

/** Masses from the noise's triangles, areas from their images. */
function measured(noise: SphereMesh, vertices: Float64Array): Measured {
  const { triangles } = noise;
  const n = triangles.length / 3;
  const [masses, areas, turned] = [new Float64Array(n), new Float64Array(n), new Uint8Array(n)];
  // Around every vertex: the mass and the area of its triangles, whose ratio is the density there.
  const [massAround, areaAround] = [new Float64Array(vertices.length / 3), new Float64Array(vertices.length / 3)];
  for (let t = 0; t < n; t++) {
    masses[t] = triangleArea(...cornersOf(noise, t)) / (4 * Math.PI);
    const image = triangleArea(...cornersOf({ vertices, triangles }, t));
    // Which way round a point is, says nothing: guidance draws everything so near together that rounding decides.
    turned[t] = image < -minArea ? 1 : 0;
    areas[t] = Math.max(minArea, Math.abs(image));
    for (let k = 0; k < 3; k++) {
      massAround[triangles[3 * t + k]] += masses[t];
      areaAround[triangles[3 * t + k]] += areas[t];
    }
  }
  const vertexLogDensities = massAround.map((m, v) => Math.log(m / areaAround[v]));
  return { vertices, triangles, masses, areas, turned, vertexLogDensities };
}
