import { clampGamma, type Schedule } from "./schedule.js";

/** γ = 1 − t. */
export const linearSchedule = (): Schedule => ({
  name: "linear",
  gamma: (t) => clampGamma(1 - t),
  gammaDot: () => -1,
});
