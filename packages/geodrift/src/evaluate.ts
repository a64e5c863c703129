/** Models on datasets: figures with intervals, tables, ablations, the report. */
export * from "./datasets/open-dataset.js";
export * from "./evaluate/ablation.js";
export * from "./evaluate/embedded-dataset.js";
export * from "./evaluate/evaluate.js";
export * from "./evaluate/report.js";
export * from "./evaluate/table.js";
export * from "./evaluate/tables.js";
export * from "./pictures/dataset.js";
export { readGazetteer } from "./places/bundled-towns.js";
export type { Gazetteer, Town } from "./places/gazetteer.js";
