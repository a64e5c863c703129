/** Views from above, cut out of global rasters. */
export * from "./earth/earth-rasters.js";
export * from "./earth/earth-views.js";
export * from "./earth/raster.js";
export * from "./earth/view.js";
