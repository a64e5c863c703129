/** log Σ exp(x), without overflow or underflow, of one number or more; −∞ where every term is. */
export function logSumExp(xs: readonly number[]): number {
  const top = xs.reduce((a, b) => Math.max(a, b));
  return Number.isFinite(top) ? top + Math.log(xs.reduce((sum, x) => sum + Math.exp(x - top), 0)) : top;
}
