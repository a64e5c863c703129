/**
 * Views from above, cut out of global rasters.
 * @example
 * ```js
 * import { createRequire } from "node:module";
 * import { dirname, join } from "node:path";
 * import { readRaster, renderViewInto } from "geodrift/earth";
 * const globe = join(dirname(createRequire(import.meta.url).resolve("three-globe")), "../example/img/earth-blue-marble.jpg");
 * const raster = await readRaster(globe, undefined, "Blue Marble");
 * const rgba = new Uint8Array(64 * 64 * 4);
 * renderViewInto(rgba, raster, { place: { lat: 30, lng: 31 }, heading: 0, widthKm: 400 }, 64);
 * console.log(rgba.subarray(0, 4));
 * ```
 * @module
 */
export * from "./earth/earth-rasters.js";
export * from "./earth/earth-views.js";
export * from "./earth/raster.js";
export * from "./earth/view.js";
