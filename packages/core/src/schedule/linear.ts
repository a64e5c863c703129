import { clampGamma, type Schedule } from "./schedule.js";

/** The linear schedule γ = 1 − t, clamped. */
export const linearSchedule = (): Schedule => ({
  name: "linear",
  gamma: (t) => clampGamma(1 - t),
  gammaDot: () => -1,
});
