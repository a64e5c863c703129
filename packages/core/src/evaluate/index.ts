/**
 * Distances, scores, calibration, precision and recall.
 * @example
 * ```js
 * import { distanceMetrics, geoScore } from "@geodrift/core/evaluate";
 * console.log(geoScore(34.3), distanceMetrics([10, 100, 1000]).medianKm);
 * ```
 * @module
 */
export * from "./bootstrap.js";
export * from "./calibration.js";
export * from "./distance.js";
export * from "./manifold.js";
export * from "./recall-area.js";
