import { adamStep, applyStep } from "./adam.js";
import type { Update } from "./optimizer.js";

/**
 * AdamW (Loshchilov & Hutter 2019, Algorithm 2): Adam with bias correction and decoupled weight decay, on tensors of two
 * or more axes alone.
 */
export const adamw: Update = (slot, rate, t, options) => {
  adamStep(slot, t, options, slot.axes > 1 ? (options.weightDecay ?? 0) : 0);
  applyStep(slot, rate, options.ema);
};
