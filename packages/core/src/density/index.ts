/**
 * Exact densities, distributions of places, priors.
 * @example
 * ```js
 * import { sampleDistribution } from "@geodrift/core/density";
 * import { toVec3 } from "@geodrift/core/sphere";
 * const points = Float64Array.from([30, 30.2, 29.9].flatMap((lat) => [...toVec3({ lat, lng: 31 })]));
 * console.log(sampleDistribution(points).best);
 * ```
 * @module
 */
export * from "./conformal.js";
export * from "./density-tile.js";
export * from "./directional.js";
export * from "./distribution.js";
export * from "./distribution-file.js";
export * from "./likelihood.js";
export * from "./mesh-distribution.js";
export * from "./mesh-of-density.js";
export * from "./mesh-of-samples.js";
export type { DensityMesh, RefineOptions } from "./mesh-refinement.js";
export * from "./posterior.js";
export { type Focus, type Prior, productOfPriors } from "./prior.js";
export * from "./sample-distribution.js";
export * from "./transported-mesh.js";
