/**
 * Noise schedules γ(t): 1 at the data (t = 0), almost 0 at the noise (t = 1). γ is what the network is told; the noise
 * level of the paper is κ = 1 − γ.
 */
export interface Schedule {
  readonly name: string;
  gamma(t: number): number;
  /** dγ/dt, negative. */
  gammaDot(t: number): number;
}

/** γ never reaches 0: the first step of a diffusion sampler divides by √γ. */
export const minGamma = 1e-9;

export const clampGamma = (g: number): number => Math.min(1, Math.max(minGamma, g));

/** −γ′/γ, with the guard that the official diffusion likelihood uses. */
export const alpha = (s: Schedule, t: number): number => -s.gammaDot(t) / (1e-6 + s.gamma(t));
