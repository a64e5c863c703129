/** What a model folder says of itself. */
import { type PathName, paths, type ScheduleName, schedules } from "@geodrift/core";
import { z } from "zod";

const whole = z.int().positive();

/** `config.json`, as in the released models. */
export const velocityConfig = z.strictObject({
  input_dim: whole,
  dim: whole.multipleOf(8),
  depth: whole,
  expansion: whole,
  cond_dim: whole,
});

export const convolutionalConfig = z.strictObject({
  size: whole.multipleOf(16),
  stem: whole,
  stages: z.array(z.strictObject({ channels: whole, blocks: z.int().nonnegative() })).min(1),
  squeeze: whole,
  hidden: whole,
  embedding: whole,
});

export const placeHeadConfig = z.strictObject({
  features: whole,
  sharpFeatures: whole,
  sharpness: z.number().positive(),
});

export const encoderConfig = z.strictObject({ trunk: convolutionalConfig, places: placeHeadConfig });

/** Any schedule by name; the sigmoid with its ends and temperature. */
export const scheduleConfig = z.strictObject({
  name: z.enum(Object.keys(schedules) as [ScheduleName]),
  start: z.number().optional(),
  end: z.number().optional(),
  tau: z.number().positive().optional(),
});

export const pathName = z.enum(Object.keys(paths) as [PathName]);

/** `model.json`: which method, which schedule, which encoder. */
export const modelDescription = z.strictObject({
  name: z.string(),
  description: z.string(),
  licence: z.string(),
  path: pathName,
  schedule: scheduleConfig,
  encoder: encoderConfig,
});

export type ModelDescription = z.infer<typeof modelDescription>;
export type EncoderConfig = z.infer<typeof encoderConfig>;
export type ScheduleConfig = z.infer<typeof scheduleConfig>;
