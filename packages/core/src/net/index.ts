/**
 * Networks: layers, the velocity network, encoders, transformers, heads.
 * @example
 * ```js
 * import { velocityShapes } from "@geodrift/core/net";
 * console.log(Object.keys(velocityShapes({ input_dim: 3, dim: 64, depth: 2, expansion: 4, cond_dim: 32 })).length);
 * ```
 * @module
 */
export * from "./cell-classifier.js";
export * from "./clip-layout.js";
export * from "./convolutional.js";
export * from "./domain-head.js";
export * from "./feature-grid.js";
export * from "./image-transformer.js";
export * from "./interpolate-positions.js";
export * from "./layers.js";
export * from "./parameters.js";
export * from "./perceptron.js";
export * from "./picture-labels.js";
export * from "./place-encoding.js";
export * from "./place-features.js";
export * from "./place-head.js";
export * from "./place-peak.js";
export * from "./regression.js";
export * from "./scorer.js";
export * from "./text-transformer.js";
export * from "./transformer.js";
export { isTransformerTensor, readVisionTransformer, type VisionOptions } from "./transformer-layouts.js";
export * from "./velocity.js";
export * from "./vision-transformer.js";
export * from "./von-mises-fisher.js";
export * from "./words.js";
