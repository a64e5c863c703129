import type { Update } from "./optimizer.js";

/**
 * LAMB (You et al. 2020, Algorithm 2): Adam's step with bias correction plus weight decay, scaled per tensor by ‖weights‖
 * / ‖step‖ (1 if either is 0, no clamp). Decay acts on every tensor, biases included, as in the official code of “Around
 * the World in 80 Timesteps”.
 */
export const lamb: Update = (
  slot,
  rate,
  t,
  { betas: [b1, b2] = [0.9, 0.999], eps = 1e-8, weightDecay = 0, ema = 0 },
) => {
  const { weights, gradient, first, second, average } = slot;
  const [c1, c2] = [1 / (1 - b1 ** t), 1 / (1 - b2 ** t)];
  let [weightSquares, stepSquares] = [0, 0];
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i];
    const m = b1 * first[i] + (1 - b1) * g;
    const v = b2 * second[i] + (1 - b2) * g * g;
    first[i] = m;
    second[i] = v;
    const w = weights[i];
    const step = (c1 * m) / (Math.sqrt(c2 * v) + eps) + weightDecay * w;
    gradient[i] = step; // room for the second pass
    weightSquares += w * w;
    stepSquares += step * step;
  }
  const trust = weightSquares > 0 && stepSquares > 0 ? Math.sqrt(weightSquares / stepSquares) : 1;
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i] - rate * trust * gradient[i];
    weights[i] = w;
    if (average) average[i] += (1 - ema) * (w - average[i]);
  }
};
