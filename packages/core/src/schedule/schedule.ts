/**
 * A noise schedule γ(t): 1 at the data (t = 0), almost 0 at the noise (t = 1). γ is what the network is told; the noise
 * level of the paper (Dufour et al. 2024, arXiv 2412.06781) is κ = 1 − γ.
 */
export interface Schedule {
  /** Its name in `schedules`. */
  readonly name: string;
  /** γ(t) for t from 0 to 1, decreasing. */
  gamma(t: number): number;
  /** dγ/dt, never positive. */
  gammaDot(t: number): number;
}

/** Least γ of a clamped schedule, never 0: the first step of a diffusion sampler divides by √γ. */
export const minGamma = 1e-9;

/** γ held in [minGamma, 1]. */
export const clampGamma = (g: number): number => Math.min(1, Math.max(minGamma, g));

/** α(t) = −γ′(t) / (γ(t) + 10⁻⁶), the coefficient of the diffusion likelihood, with the guard that the official code uses. */
export const alpha = (s: Schedule, t: number): number => -s.gammaDot(t) / (1e-6 + s.gamma(t));
