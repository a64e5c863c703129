import { tensor } from "@geodrift/compile";
import { mean } from "../net/layers.js";
import {
  initVonMisesFisher,
  type VonMisesFisherConfig,
  vonMisesFisher,
  vonMisesFisherLogProb,
} from "../net/von-mises-fisher.js";
import type { Objective } from "./objective.js";

/** Maximum likelihood of a von Mises–Fisher distribution or a mixture: the mean negative log density, in nats (spec §3). */
export function vonMisesFisherObjective(config: VonMisesFisherConfig): Objective {
  return {
    init: (random) => initVonMisesFisher(config, random),
    learned: () => true,
    prepare: ({ embeddings, places, n }) => [tensor(embeddings, [n, config.cond_dim]), tensor(places, [n, 3])],
    loss: (p, embedding, place) =>
      mean(vonMisesFisherLogProb(vonMisesFisher(config, p, embedding), place), [0])
        .reshape([])
        .mul(-1),
  };
}
