/**
 * Fields of colour and density, and the upright cameras that see them.
 * @example
 * ```js
 * import { elevationOf, horizonRow } from "@geodrift/core/field";
 * const camera = { azimuth: 120, distance: 150, height: -40, focal: 1.2 };
 * console.log(elevationOf(camera).toFixed(1), horizonRow(camera, 64).toFixed(1));
 * ```
 * @module
 */

export * from "./azimuth.js";
export * from "./camera.js";
export * from "./columns.js";
export * from "./field-tensors.js";
export * from "./grid.js";
export * from "./march.js";
export * from "./surface-nets.js";
export * from "./volume.js";
