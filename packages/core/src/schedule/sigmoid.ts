import { clampGamma, type Schedule } from "./schedule.js";

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

/**
 * The sigmoid schedule of every released model, clamped: γ falls as σ((start + t(end − start)) / τ) rises, from 1 to 0
 * (σ: the logistic function). (The formula of Dufour et al. 2024, arXiv 2412.06781, is its time reversal; checkpoints
 * need this one.)
 * @param parameters start −7, end 3 and τ 1 unless given
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
