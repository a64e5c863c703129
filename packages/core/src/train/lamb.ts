import { adamStep, applyStep } from "./adam.js";
import type { Update } from "./optimizer.js";

/**
 * LAMB (You et al. 2020, Algorithm 2): Adam's step with bias correction plus weight decay, scaled per tensor by ‖weights‖
 * / ‖step‖ (1 if either is 0, no clamp). Decay acts on every tensor, biases included, as in the official code of “Around
 * the World in 80 Timesteps”.
 */
export const lamb: Update = (slot, rate, t, options) => {
  const { weightSquares, stepSquares } = adamStep(slot, t, options, options.weightDecay ?? 0);
  const trust = weightSquares > 0 && stepSquares > 0 ? Math.sqrt(weightSquares / stepSquares) : 1;
  applyStep(slot, rate * trust, options.ema);
};
