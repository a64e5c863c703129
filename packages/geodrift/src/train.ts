/**
 * From located pictures to models: tables of embeddings, their splits, trainings.
 * @example
 * ```js
 * import { readTraining } from "geodrift/train";
 * const config = await readTraining("configs/own-photos.json");
 * console.log(config.kind, config.locators.map(({ name }) => name));
 * ```
 * @module
 */
export * from "./datasets/sources/index.js";
export * from "./datasets/sources/source.js";
export * from "./embed/embed.js";
export * from "./embed/embeddings-file.js";
export * from "./embed/read-embeddings.js";
export * from "./split/split.js";
export * from "./split/split-file.js";
export { trainEarth } from "./train/earth.js";
export { trainImages } from "./train/images.js";
export { trainLandmark } from "./train/landmark.js";
export { trainPhotos } from "./train/photos.js";
export { readTraining } from "./train/read-config.js";
export type { TrainingContext } from "./train/run-training.js";
export { trainScorer } from "./train/scorer.js";
