/**
 * Solvers of flows and diffusions, guidance, pictures from noise.
 * @example
 * ```js
 * import { solvers } from "@geodrift/core/solve";
 * console.log(Object.keys(solvers["riemannian-flow"]));
 * ```
 * @module
 */
export * from "./adaptive.js";
export * from "./carried-step.js";
export * from "./dual-guidance.js";
export * from "./guidance.js";
export * from "./imagine.js";
export * from "./solvers.js";
export * from "./told-tensors.js";
export * from "./traced-step.js";
