/** Learning rate as a function of the step, 0-based. */
/** Learning rate as a function of the step, counted from 0. */
export type Rate = (step: number) => number;

/**
 * Linear warm-up, then half a cosine down to 0 at the last step. The first step already moves, by 1/warmup of the base
 * rate (the official code takes its very first step at the full rate).
 * @param base the highest rate
 * @param warmup steps over which the rate rises
 * @param steps of the whole training
 */
export function warmupCosine(base: number, warmup: number, steps: number): Rate {
  return (step) => {
    const k = step + 1;
    if (k <= warmup) return (base * k) / warmup;
    const progress = Math.min(1, (k - warmup) / Math.max(1, steps - warmup));
    return (base * (1 + Math.cos(Math.PI * progress))) / 2;
  };
}

/**
 * Linear warm-up, then a constant rate, then a linear decay that would reach 0 one step after the last.
 * @param base the highest rate
 * @param warmup steps over which the rate rises
 * @param decay share of the steps over which the rate falls, 0 … 1
 * @param steps of the whole training
 */
export function warmupConstantDecay(base: number, warmup: number, decay: number, steps: number): Rate {
  return (step) => base * Math.min(1, (step + 1) / warmup, (steps - step) / Math.max(1, decay * steps));
}
