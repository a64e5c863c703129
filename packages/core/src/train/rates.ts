/** Learning rate as a function of the step, 0-based. */
export type Rate = (step: number) => number;

/**
 * Linear warm-up over `warmup` steps, then half a cosine down to 0 at the last of `steps`. The first step already moves,
 * by 1/warmup of the base rate (the official code takes its very first step at the full rate).
 */
export function warmupCosine(base: number, warmup: number, steps: number): Rate {
  return (step) => {
    const k = step + 1;
    if (k <= warmup) return (base * k) / warmup;
    const progress = Math.min(1, (k - warmup) / Math.max(1, steps - warmup));
    return (base * (1 + Math.cos(Math.PI * progress))) / 2;
  };
}

/** Linear warm-up over `warmup` steps, then constant, then linear down to 0 over the last `decay` share of `steps`. */
export function warmupConstantDecay(base: number, warmup: number, decay: number, steps: number): Rate {
  return (step) => base * Math.min(1, (step + 1) / warmup, (steps - step) / Math.max(1, decay * steps));
}
