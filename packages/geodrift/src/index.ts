/** The program as a library, for Node. */
export * from "./data/dataset.js";
export * from "./data/earth-rasters.js";
export * from "./data/earth-views.js";
export * from "./data/picture.js";
export * from "./data/picture-files.js";
export * from "./data/raster.js";
export * from "./data/view.js";
export * from "./encode/encoder.js";
export * from "./encode/read-picture.js";
export * from "./figures/map.js";
export * from "./locate/locate.js";
export * from "./locate/result.js";
export * from "./locate/text.js";
export * from "./models/load.js";
export * from "./models/schema.js";
