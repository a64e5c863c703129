/** All schedules by name: a new one is a file and a line here. */
import { cosineSchedule, cosineSimpleSchedule } from "./cosine.js";
import { linearSchedule } from "./linear.js";
import type { Schedule } from "./schedule.js";
import { sigmoidSchedule } from "./sigmoid.js";

/** Makers of schedules by name; only `sigmoid` reads the parameters. */
export const schedules = {
  sigmoid: sigmoidSchedule,
  linear: linearSchedule,
  cosine: cosineSchedule,
  "cosine-simple": cosineSimpleSchedule,
} satisfies Record<string, (parameters?: { start?: number; end?: number; tau?: number }) => Schedule>;

/** Name of a schedule. */
export type ScheduleName = keyof typeof schedules;

export { cosineSchedule, cosineSimpleSchedule } from "./cosine.js";
export { linearSchedule } from "./linear.js";
export { alpha, clampGamma, minGamma, type Schedule } from "./schedule.js";
export { sigmoidSchedule } from "./sigmoid.js";
