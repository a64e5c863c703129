import type { Update } from "./optimizer.js";

/**
 * AdamW (Loshchilov & Hutter 2019, Algorithm 2): Adam with bias correction and decoupled weight decay, on tensors of two
 * or more axes alone.
 */
export const adamw: Update = (
  slot,
  rate,
  t,
  { betas: [b1, b2] = [0.9, 0.999], eps = 1e-8, weightDecay = 0, ema = 0 },
) => {
  const { weights, gradient, first, second, average } = slot;
  const [c1, c2] = [1 / (1 - b1 ** t), 1 / (1 - b2 ** t)];
  const keep = 1 - (slot.axes > 1 ? rate * weightDecay : 0);
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i];
    const m = b1 * first[i] + (1 - b1) * g;
    const v = b2 * second[i] + (1 - b2) * g * g;
    first[i] = m;
    second[i] = v;
    const w = keep * weights[i] - (rate * c1 * m) / (Math.sqrt(c2 * v) + eps);
    weights[i] = w;
    if (average) average[i] += (1 - ema) * (w - average[i]);
  }
};
