/**
 * The mathematics of geodrift, for browsers and Node: no file, no process, no network. Every folder is an entry of its own, such as
 * `@geodrift/core/sphere`; this one has them all.
 */

export * from "./density/index.js";
export * from "./distil/index.js";
export * from "./errors/index.js";
export * from "./evaluate/index.js";
export * from "./field/index.js";
export * from "./locator/index.js";
export * from "./net/index.js";
export * from "./path/index.js";
export * from "./random/index.js";
export * from "./schedule/index.js";
export * from "./solve/index.js";
export * from "./sphere/index.js";
export * from "./train/index.js";
