/**
 * One picture: reading, metadata, the squares that encoders take; PNG.
 * @example
 * ```js
 * import { readPicture } from "geodrift/pictures";
 * const { data, metadata } = await readPicture("out/demo/nile-delta.png", { size: 64, square: "cover" });
 * console.log(data.length, metadata);
 * ```
 * @module
 */
export { sha256Of } from "./files/hash.js";
export * from "./pictures/metadata.js";
export * from "./pictures/picture.js";
export * from "./pictures/picture-files.js";
export * from "./pictures/picture-processes.js";
export * from "./pictures/picture-tasks.js";
export * from "./pictures/planes.js";
export * from "./pictures/png.js";
export * from "./pictures/preparation.js";
export * from "./pictures/read-picture.js";
export { squareOf } from "./pictures/square.js";
