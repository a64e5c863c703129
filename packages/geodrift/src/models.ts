/**
 * Models and encoders: what is known by name, fetching, opening, writing for other programs.
 * @example
 * ```js
 * import { describeModel, modelRegistry } from "geodrift/models";
 * console.log((await describeModel("earth")).method, Object.keys(modelRegistry));
 * ```
 * @module
 */
export * from "./encode/config.js";
export * from "./encode/encoder.js";
export * from "./encode/packed-onnx.js";
export * from "./models/cache.js";
export * from "./models/encoder-registry.js";
export * from "./models/encoders.js";
export * from "./models/export.js";
export * from "./models/load.js";
export * from "./models/model-registry.js";
export * from "./models/pull.js";
export * from "./models/schema.js";
export * from "./models/scorer-model.js";
export * from "./models/solving.js";
