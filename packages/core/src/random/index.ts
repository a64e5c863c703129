/** The counter-based generator: the same numbers on every machine. */
export * from "./generator.js";
