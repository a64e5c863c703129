/** log Σ eˣ without overflow or underflow; −∞ where every term is. */
export function logSumExp(xs: readonly number[]): number {
  const top = xs.reduce((a, b) => Math.max(a, b));
  return Number.isFinite(top) ? top + Math.log(xs.reduce((sum, x) => sum + Math.exp(x - top), 0)) : top;
}
