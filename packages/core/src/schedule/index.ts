/**
 * Noise schedules γ(t) and their derivatives.
 * @example
 * ```js
 * import { sigmoidSchedule } from "@geodrift/core/schedule";
 * const { gamma, gammaDot } = sigmoidSchedule({ start: -7, end: 3, tau: 1 });
 * console.log(gamma(0), gamma(1), gammaDot(0.5));
 * ```
 * @module
 */
export * from "./schedules.js";
