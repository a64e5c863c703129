/**
 * The flow of S² carries the sphere onto itself, so it carries a mesh along: every triangle keeps the mass that it had
 * under the uniform noise, and mass over new area is the density, with no divergence computed.
 */
import { cornersOf, icosphere, type SphereMesh, triangleArea } from "../sphere/icosphere.js";
import { type DensityMesh, type Measured, type RefineOptions, refinedMesh } from "./mesh-refinement.js";

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
  return refinedMesh(noise, extend, (mesh) => measured(mesh, images), options);
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
