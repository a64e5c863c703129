import { clampGamma, type Schedule } from "./schedule.js";

/**
 * The cosine schedule γ = cos²(πt/2) (Nichol & Dhariwal 2021, without offset), clamped. The official derivative has a
 * cosine too many; this has not.
 */
export const cosineSchedule = (): Schedule => ({
  name: "cosine",
  gamma: (t) => clampGamma(Math.cos((Math.PI * t) / 2) ** 2),
  gammaDot: (t) => (-Math.PI / 2) * Math.sin(Math.PI * t),
});

/**
 * The cosine schedule with small offsets at both ends, cos²((t + 0.0002) / 1.00025 · π/2) (Chen 2023, listing 1), not
 * clamped, as the official code has it.
 */
export function cosineSimpleSchedule(): Schedule {
  const [ns, ds] = [0.0002, 0.00025];
  const angle = (t: number) => (((t + ns) / (1 + ds)) * Math.PI) / 2;
  return {
    name: "cosine-simple",
    gamma: (t) => Math.cos(angle(t)) ** 2,
    gammaDot: (t) => (-Math.sin(2 * angle(t)) * Math.PI) / (2 * (1 + ds)),
  };
}
