import { tensor } from "@geodrift/compile";
import { mean } from "../net/layers.js";
import { initRegression, type RegressionConfig, regression } from "../net/regression.js";
import type { ExampleBatch, Objective } from "./objective.js";

/**
 * The training objective of regression: the mean over examples and coordinates of the squared chord between prediction
 * and truth. It is smooth everywhere, and where small, a third of the squared distance in radians.
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
