/** A distribution that is known by samples alone, on a mesh: outlines and priors for methods that have no other. */
import { toLatLng, vectorAt } from "../sphere/point.js";
import { meshOfDensity } from "./mesh-of-density.js";
import type { DensityMesh, RefineOptions } from "./mesh-refinement.js";
import { sampleDistribution } from "./sample-distribution.js";

/**
 * The kernel density of `sampleDistribution` on a mesh.
 * @param points unit vectors, [n, 3] stored flat; two or more
 */
export function meshOfSamples(points: Float64Array, options: RefineOptions = {}): Promise<DensityMesh> {
  const { logProbNats } = sampleDistribution(points);
  const logDensity = (at: Float64Array) =>
    Float64Array.from({ length: at.length / 3 }, (_, i) => logProbNats(toLatLng(vectorAt(at, i))));
  return meshOfDensity(logDensity, { samples: points }, options);
}
