import { tensor } from "@geodrift/compile";
import { mean } from "../net/layers.js";
import { initRegression, type RegressionConfig, regression } from "../net/regression.js";
import type { ExampleBatch, Objective } from "./objective.js";

/**
 * The training objective of regression: the squared error of the predicted unit vector, averaged over examples and
 * coordinates: a third of the squared chord. It is smooth everywhere, and the chord is nearly the distance in radians
 * where it is small.
 */
export function regressionObjective(config: RegressionConfig): Objective<ExampleBatch, "embedding" | "place"> {
  return {
    init: (random) => initRegression(config, random),
    learned: () => true,
    inputs: ({ embeddings, places, n }) => ({
      embedding: tensor(embeddings, [n, config.cond_dim]),
      place: tensor(places, [n, 3]),
    }),
    loss: (p, { embedding, place }) => {
      const error = regression(config, p, embedding).sub(place);
      return { loss: mean(error.ref.mul(error.ref), [0, 1]).reshape([]) };
    },
  };
}
