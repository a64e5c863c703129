import type { Tensor } from "@geodrift/compile";
import { nn, numpy as np } from "@jax-js/jax";
import { mean } from "../net/layers.js";
import { initPictureLabels, type PictureLabelsConfig, pictureLabels } from "../net/picture-labels.js";
import type { Objective } from "./objective.js";

/** Pictures with their labels. */
export interface LabelledBatch {
  /** [n, 3, size, size] in 0 … 1. */
  pixels: Tensor;
  /** Class of each picture by label, int32 [n]; −1 where it has none. */
  labels: Readonly<Record<string, Tensor>>;
}

/** The training objective of a network that reads labels: the cross-entropies of all labels added up, in nats. */
export const labelObjective = (config: PictureLabelsConfig): Objective<LabelledBatch> => ({
  init: (random) => initPictureLabels(config, random),
  learned: () => true,
  inputs: ({ pixels, labels }) => ({ pixels, ...labels }),
  loss(p, { pixels, ...labels }) {
    const n = pixels.shape[0];
    const each = Object.entries(pictureLabels(config, p, pixels)).map(([name, logits]) => {
      // −1 has no row among them: it counts nothing.
      const classes = np.arange(config.labels[name]).astype(np.int32).reshape([1, -1]);
      const wanted = labels[name].reshape([n, 1]).equal(classes);
      const chosen = nn.logSoftmax(logits, -1).mul(wanted.astype(np.float32));
      return mean(chosen.sum(-1), [0]).reshape([]).mul(-1);
    });
    return { loss: each.reduce((a, b) => a.add(b)) };
  },
});
