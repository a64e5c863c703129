import { tensor } from "@geodrift/compile";
import { mean } from "../net/layers.js";
import {
  initVonMisesFisher,
  type VonMisesFisherConfig,
  vonMisesFisher,
  vonMisesFisherLogProb,
} from "../net/von-mises-fisher.js";
import type { ExampleBatch, Objective } from "./objective.js";

/**
 * Maximum likelihood of a von Mises–Fisher distribution on S², or of a mixture: the mean negative log density of the true
 * places, in nats per steradian.
 */
export function vonMisesFisherObjective(config: VonMisesFisherConfig): Objective<ExampleBatch, "embedding" | "place"> {
  return {
    init: (random) => initVonMisesFisher(config, random),
    learned: () => true,
    inputs: ({ embeddings, places, n }) => ({
      embedding: tensor(embeddings, [n, config.cond_dim]),
      place: tensor(places, [n, 3]),
    }),
    loss: (p, { embedding, place }) => ({
      loss: mean(vonMisesFisherLogProb(vonMisesFisher(config, p, embedding), place), [0])
        .reshape([])
        .mul(-1),
    }),
  };
}
