import { tensor } from "@geodrift/compile";
import { numpy as np } from "@jax-js/jax";
import { constant } from "../net/layers.js";
import { finePeak, initPeak, isPeakWeight, offsetUnitKm, type PeakConfig } from "../net/place-peak.js";
import { earthRadiusKm } from "../sphere/point.js";
import type { ExampleBatch, Objective } from "./objective.js";

/** Degrees of freedom of the errors: a few pictures are far off, and are not to decide. */
const freedom = 2;

/**
 * The training objective of a peak's offset: the negative log-likelihood of the true place under Student's t around the
 * centre, of two dimensions and with the deviation that is told, but for a constant; of those pictures whose peak is the
 * right one. Their examples are the encoder's features with the peak's centre of mass behind them, [n, into + 3].
 * @param into numbers of the encoder's features
 */
export function refiningObjective(
  config: PeakConfig,
  into: number,
): Objective<ExampleBatch, "features" | "centre" | "place"> {
  return {
    init: (random) => initPeak(config, into, random),
    learned: isPeakWeight,
    inputs({ embeddings, places, n }) {
      const [features, centres] = [new Float32Array(n * into), new Float32Array(n * 3)];
      for (let i = 0; i < n; i++) {
        const row = embeddings.subarray(i * (into + 3), (i + 1) * (into + 3));
        features.set(row.subarray(0, into), i * into);
        centres.set(row.subarray(into), 3 * i);
      }
      return {
        features: tensor(features, [n, into]),
        centre: tensor(centres, [n, 3]),
        place: tensor(places, [n, 3]),
      };
    },
    loss(p, { features, centre, place }) {
      // Squared chords, in the unit of offsets.
      const squared = (a: np.Array, b: np.Array) => {
        const d = a.sub(b).mul(earthRadiusKm / offsetUnitKm);
        return d.ref.mul(d).sum(-1, { keepdims: true });
      };
      const far = constant(centre, (config.withinKm / offsetUnitKm) ** 2);
      const right = np.where(np.less(squared(centre.ref, place.ref), far), constant(centre, 1), constant(centre, 0));
      const fine = finePeak(p, features, centre);
      const scaled = squared(fine.centre, place).div(fine.deviation.ref.mul(fine.deviation.ref).mul(freedom));
      const nats = np
        .log(fine.deviation)
        .mul(2)
        .add(np.log(scaled.add(1)).mul((freedom + 2) / 2));
      return { loss: nats.mul(right.ref).sum().div(right.sum().add(1e-6)) };
    },
  };
}
