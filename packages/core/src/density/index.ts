/** Exact densities, distributions of places, priors. */
export * from "./density-tile.js";
export * from "./distribution.js";
export * from "./distribution-file.js";
export * from "./divergence.js";
export * from "./likelihood.js";
export * from "./mesh-distribution.js";
export * from "./mesh-of-density.js";
export type { DensityMesh, RefineOptions } from "./mesh-refinement.js";
export * from "./prior.js";
export type { Focus } from "./refine-near.js";
export * from "./sample-distribution.js";
export * from "./transported-mesh.js";
