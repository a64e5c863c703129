/**
 * One interface, and every method behind it.
 * @example
 * ```js
 * import { uniformLocator } from "@geodrift/core/locator";
 * const anywhere = uniformLocator(8);
 * console.log(await anywhere.sample(new Float32Array(8), 2, { seed: 0, guidance: 0 }));
 * ```
 * @module
 */
export * from "./cells.js";
export * from "./flow-and-neighbours.js";
export * from "./generative.js";
export * from "./localizability.js";
export * from "./locator.js";
export * from "./neighbour-search.js";
export * from "./regression.js";
export * from "./retrieval.js";
export * from "./uniform.js";
export * from "./von-mises-fisher.js";
export * from "./zero-shot.js";
