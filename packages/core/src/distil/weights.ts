/**
 * Weights of score distillation for a network that says what a picture was. With z = γx + (1−γ)n, residuals of noise, velocity and
 * score are one picture, x − x̂, under different weights: n̂ − n = γ/(1−γ)·(x − x̂), v̂ − v = −(x − x̂)/(1−γ). What differs between
 * published methods is the weight ω(γ) on it.
 */

/** α and σ of the variance-preserving path with the same ratio of signal to noise as γ. */
export function preserving(gamma: number): { alpha: number; sigma: number } {
  const length = Math.hypot(gamma, 1 - gamma);
  return { alpha: gamma / length, sigma: (1 - gamma) / length };
}

/** Weights that grow without bound towards the data are held at this. */
const most = 20;

/** ω(γ) by method. */
export const distillationWeights = {
  /** w = σ² on the noise (DreamFusion, Poole et al. 2023, eq. 3): α σ, at most ½. */
  dreamfusion: (gamma: number) => {
    const { alpha, sigma } = preserving(gamma);
    return alpha * sigma;
  },
  /** 1 on the noise (SJC, Wang et al. 2023): γ / (1 − γ). */
  uniform: (gamma: number) => Math.min(most, gamma / (1 - gamma)),
  /** α² σ (Fantasia3D, Chen et al. 2023). */
  fantasia3d: (gamma: number) => {
    const { alpha, sigma } = preserving(gamma);
    return alpha * alpha * sigma;
  },
  /** 1 on the velocity (Yang et al. 2024): 1 / (1 − γ). */
  velocity: (gamma: number) => Math.min(most, 1 / (1 - gamma)),
  /** ½ ‖x − x̂‖² (MVDream, Shi et al. 2024). */
  reconstruction: () => 1,
} as const satisfies Record<string, (gamma: number) => number>;

/** Name of a weight. */
export type DistillationWeight = keyof typeof distillationWeights;

/** γ at which Stable Diffusion's step t of 1 has the same ratio of signal to noise, for t = 0.98, 0.50 and 0.02. */
const [noisiest, middle, cleanest] = [0.071, 0.382, 0.879];
/** Share of the steps over which the window opens. */
const opening = 0.8;

/**
 * Least and greatest level of a step: [0.98, 0.98] → [0.02, 0.50] of the published steps, linear over 80 % of all (Feng et al. 2025, §4.3;
 * MVDream's recipe).
 * @param progress share of the steps done, 0 … 1
 */
export function levelWindow(progress: number): [least: number, greatest: number] {
  const share = Math.min(1, progress / opening);
  return [noisiest + share * (middle - noisiest), noisiest + share * (cleanest - noisiest)];
}
