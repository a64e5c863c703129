/** One picture: reading, metadata, the squares that encoders take; PNG. */
export { sha256Of } from "./files/hash.js";
export * from "./pictures/metadata.js";
export * from "./pictures/picture.js";
export * from "./pictures/picture-files.js";
export * from "./pictures/planes.js";
export * from "./pictures/png.js";
export * from "./pictures/preparation.js";
export * from "./pictures/read-picture.js";
