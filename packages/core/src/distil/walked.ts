/**
 * Targets at the end of a short walk instead of one look (HiFA, Zhu et al. 2024; iterative updates, Haque et al. 2023): sharper, at as many
 * evaluations as steps.
 */
import type { Asked, Denoiser } from "./distil.js";

/** Share of the steps before which one look is enough: the shape is still coarse. */
const from = 0.75;

/**
 * A denoiser that walks with Euler's steps from where it is asked to the picture, in the last quarter of a distillation.
 * @param steps of the walk; 1 is the denoiser itself
 */
export const walkedDenoiser = (denoiser: Denoiser, steps: number): Denoiser => ({
  async denoise(asked: Asked) {
    if (asked.progress < from) return denoiser.denoise(asked);
    let { noisy, gamma } = asked;
    let restored = await denoiser.denoise(asked);
    for (let k = 1; k < steps; k++) {
      const next = asked.gamma + ((1 - asked.gamma) * k) / steps;
      const share = (next - gamma) / (1 - gamma);
      noisy = noisy.map((z, i) => z + share * (Math.min(1, Math.max(-1, restored[i])) - z));
      gamma = next;
      restored = await denoiser.denoise({ ...asked, noisy, gamma });
    }
    return restored;
  },
});
