/**
 * Ways from data to noise: diffusion and flow in R³, Riemannian flow on S².
 * @example
 * ```js
 * import { riemannianFlow } from "@geodrift/core/path";
 * console.log(riemannianFlow.at([1, 0, 0], [0, 1, 0], 0.5).point);
 * ```
 * @module
 */
export * from "./paths.js";
