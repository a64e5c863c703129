/**
 * Landmarks: their shapes, photographs of them, and fields of colour and density.
 * @example
 * ```js
 * import { landmarkNames, readLandmark } from "geodrift/landmarks";
 * for (const name of landmarkNames()) {
 *   const { landmark } = await readLandmark(name);
 *   console.log(landmark.title, landmark.heightM, landmark.shape.licence);
 * }
 * ```
 * @module
 */

export * from "./imagine/landmark-plan.js";
export * from "./landmarks/elevation.js";
export * from "./landmarks/from-folder.js";
export * from "./landmarks/landmark.js";
export * from "./landmarks/make-photographs.js";
export * from "./landmarks/mesh.js";
export * from "./landmarks/photograph.js";
export type { Photographed } from "./landmarks/photographed.js";
export * from "./landmarks/photos-table.js";
export * from "./landmarks/rasterise.js";
export * from "./landmarks/read-dem.js";
export * from "./landmarks/read-elevation.js";
export * from "./landmarks/read-geotiff.js";
export * from "./landmarks/read-mesh.js";
export * from "./landmarks/shape-file.js";
export { loadField, saveField } from "./lift/field-file.js";
export * from "./lift/field-surface.js";
export * from "./lift/lift-drawn.js";
export { type LiftModelOptions, liftModel } from "./lift/lift-model.js";
export * from "./lift/lift-photos.js";
export type { LiftCall, LiftProgress } from "./lift/lift-posed.js";
export * from "./lift/mesh-file.js";
export { type LoadedLandmarkModel, loadLandmarkModel } from "./models/image-model.js";
