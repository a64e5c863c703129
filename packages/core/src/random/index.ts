/**
 * The counter-based generator: the same numbers on every machine.
 * @example
 * ```js
 * import { Generator } from "@geodrift/core/random";
 * console.log(new Generator(1).uniform(), new Generator(1).normal());
 * ```
 * @module
 */
export * from "./generator.js";
