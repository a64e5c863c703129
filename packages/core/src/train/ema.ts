import { constant } from "../net/layers.js";
import type { Traced } from "../net/parameters.js";

/** Exponential moving average of weights: decay·average + (1−decay)·weights. (The official code has the two swapped.) */
export function emaStep(average: Traced, params: Traced, decay: number): Traced {
  return Object.fromEntries(
    Object.entries(params).map(([name, p]) => [
      name,
      average[name].ref.mul(constant(p, decay)).add(p.ref.mul(constant(p, 1 - decay))),
    ]),
  );
}
