import { tensor } from "@geodrift/compile";
import { mean } from "../net/layers.js";
import { initRegression, type RegressionConfig, regression } from "../net/regression.js";
import type { ExampleBatch, Objective } from "./objective.js";

/** Squared chord between prediction and truth: smooth everywhere, and the squared distance where it is small. */
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
