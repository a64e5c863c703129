/**
 * Errors that a person can mend, apart from mistakes of the program.
 * @example
 * ```js
 * import { GeodriftError, failureOf } from "@geodrift/core/errors";
 * console.log(failureOf(new GeodriftError("file", "a.jpg: no such file")));
 * ```
 * @module
 */
export * from "./geodrift-error.js";
export * from "./thrown-elsewhere.js";
