import type { LiftModelOptions } from "./lift-model.js";

/**
 * Settings of a lift of a model that are taken where none are asked for: chosen on two landmarks, one seed each, beside their shapes
 * (docs/report/landmarks.md, "What a distillation is told").
 */
export const liftDefaults = {
  method: "sds",
  tell: "angle",
  weight: "velocity",
  debiased: false,
  walk: 1,
  guidance: { place: 1.5, words: 1.5 },
} as const satisfies Partial<LiftModelOptions>;
