/** Distances, scores, calibration, precision and recall. */
export * from "./bootstrap.js";
export * from "./calibration.js";
export * from "./distance.js";
export * from "./manifold.js";
export * from "./recall-area.js";
