/**
 * From pictures to fields: by photographs with their cameras, or by a model of pictures by angle.
 * @example
 * ```js
 * import { coarseSteps, sizeAt } from "@geodrift/core/distil";
 * const coarseness = { steps: 600, size: 64, across: 64, coarse: true };
 * console.log(coarseSteps(coarseness), sizeAt(0, coarseness), sizeAt(500, coarseness));
 * ```
 * @module
 */

export * from "./debiased.js";
export * from "./distil.js";
export * from "./field-state.js";
export * from "./perp-neg.js";
export * from "./reconstruct.js";
export * from "./variational.js";
export * from "./walked.js";
export * from "./weights.js";
