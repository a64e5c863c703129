/** What a model folder says of itself. */
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

export const scheduleConfig = z.discriminatedUnion("name", [
  z.strictObject({
    name: z.literal("sigmoid"),
    start: z.number().default(-7),
    end: z.number().default(3),
    tau: z.number().positive().default(1),
  }),
  z.strictObject({ name: z.literal("linear") }),
  z.strictObject({ name: z.literal("cosine") }),
]);

export const pathName = z.enum(["riemannian-flow", "flow", "diffusion"]);

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
