import type { LiftModelOptions } from "./lift-model.js";

/**
 * Settings of a distillation that are taken where none are asked for. With guidance 2 fields grow fat, with 1 they grow thin; with
 * DreamFusion's weight, in which low levels count more, where pictures are those of many aims at once, they are blurred
 * (docs/report/landmarks.md).
 */
export const liftDefaults = {
  method: "sds",
  tell: "angle",
  weight: "velocity",
  debiased: false,
  walk: 1,
  guidance: { place: 1.5, words: 1.5 },
} as const satisfies Partial<LiftModelOptions>;
