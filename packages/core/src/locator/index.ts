/** One interface, and every method behind it. */
export * from "./cells.js";
export * from "./generative.js";
export * from "./localizability.js";
export * from "./locator.js";
export * from "./regression.js";
export * from "./retrieval.js";
export * from "./uniform.js";
export * from "./von-mises-fisher.js";
export * from "./zero-shot.js";
