/** Learning rate as a function of the step, 0-based. */
export type Rate = (step: number) => number;

/** Linear warm-up over `warmup` steps, then half a cosine down to 0 at `steps` (spec: step 0 already moves). */
export function warmupCosine(base: number, warmup: number, steps: number): Rate {
  return (step) => {
    if (step < warmup) return (base * (step + 1)) / warmup;
    const progress = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
    return (base * (1 + Math.cos(Math.PI * progress))) / 2;
  };
}
