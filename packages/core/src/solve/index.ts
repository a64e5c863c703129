/** Solvers of flows and diffusions, guidance, pictures from noise. */
export * from "./adaptive.js";
export * from "./guidance.js";
export * from "./imagine.js";
export * from "./solvers.js";
export * from "./traced-step.js";
