/**
 * Objectives, optimisers, the training loop, checkpoints.
 * @example
 * ```js
 * import { warmupCosine } from "@geodrift/core/train";
 * console.log(warmupCosine(1e-3, 10, 100)(9));
 * ```
 * @module
 */
export * from "./adamw.js";
export * from "./classifying.js";
export * from "./denoising.js";
export * from "./denoising-objective.js";
export * from "./example-batches.js";
export * from "./fitting.js";
export * from "./labelling.js";
export * from "./lamb.js";
export * from "./loop.js";
export * from "./losses.js";
export * from "./matching.js";
export * from "./objective.js";
export * from "./optimizer.js";
export * from "./rates.js";
export * from "./refining.js";
export * from "./regressing.js";
export * from "./safetensors.js";
export * from "./scoring.js";
