import { clampGamma, type Schedule } from "./schedule.js";

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

/**
 * The schedule of every released model: start −7, end 3, τ 1. (The paper's formula is its time reversal; checkpoints
 * need this one.)
 */
export function sigmoidSchedule({ start = -7, end = 3, tau = 1 } = {}): Schedule {
  const [low, high] = [logistic(start / tau), logistic(end / tau)];
  const at = (t: number) => logistic((t * (end - start) + start) / tau);
  return {
    name: "sigmoid",
    gamma: (t) => clampGamma((high - at(t)) / (high - low)),
    gammaDot: (t) => (-(end - start) * at(t) * (1 - at(t))) / (tau * (high - low)),
  };
}
