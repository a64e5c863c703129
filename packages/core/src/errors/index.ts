/** Errors that a person can mend, apart from mistakes of the program. */
export * from "./geodrift-error.js";
export * from "./thrown-elsewhere.js";
