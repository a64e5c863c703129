/**
 * Points of the sphere, distances, frames, sampling, meshes and trees.
 * @example
 * ```js
 * import { geodesic, toVec3 } from "@geodrift/core/sphere";
 * const [cairo, paris] = [{ lat: 30.04, lng: 31.24 }, { lat: 48.86, lng: 2.35 }];
 * console.log(geodesic(toVec3(cairo), toVec3(paris), 0.5).point);
 * ```
 * @module
 */
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
