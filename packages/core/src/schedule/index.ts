/** Noise schedules γ(t) and their derivatives. */
export * from "./schedules.js";
