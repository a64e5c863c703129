/** Points of the sphere, distances, frames, sampling, meshes and trees. */
export * from "./cap.js";
export * from "./flat.js";
export * from "./frame.js";
export * from "./geodesic.js";
export * from "./grid.js";
export * from "./icosphere.js";
export * from "./point.js";
export * from "./quadtree.js";
export * from "./sampling.js";
export * from "./von-mises-fisher.js";
