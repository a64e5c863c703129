/**
 * Models on datasets: figures with intervals, tables, ablations, the report.
 * @example
 * ```js
 * import { loadModel } from "geodrift";
 * import { embedDataset, openDataset } from "geodrift/evaluate";
 * const model = await loadModel("earth");
 * const dataset = await openDataset("out/demo/places.csv", model.encoder.preparation);
 * console.log((await embedDataset(dataset, model.encoder)).truths.length / 3, "pictures");
 * await model.dispose();
 * ```
 * @module
 */
export * from "./datasets/open-dataset.js";
export * from "./evaluate/ablation.js";
export * from "./evaluate/embedded-dataset.js";
export * from "./evaluate/evaluate.js";
export * from "./evaluate/outcomes.js";
export * from "./evaluate/report.js";
export * from "./evaluate/table.js";
export * from "./evaluate/tables.js";
export * from "./pictures/dataset.js";
export { readGazetteer } from "./places/bundled-towns.js";
export type { Gazetteer, Town } from "./places/gazetteer.js";
