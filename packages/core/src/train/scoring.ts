import type { Tensor } from "@geodrift/compile";
import { nn, numpy as np } from "@jax-js/jax";
import { constant, mean } from "../net/layers.js";
import type { Traced } from "../net/parameters.js";
import { initScorer, type ScorerConfig, scorerPictures, scorerPlaces } from "../net/scorer.js";
import type { Objective } from "./objective.js";

type Arr = np.Array;

/**
 * Loss of a judge of pictures, nats: the symmetric contrastive loss, each picture with its own place against the batch's
 * others and the reverse (InfoNCE, van den Oord et al. 2018), plus the cross-entropies of the attributes. Arrays are
 * consumed.
 * @param p weights by state-dict name
 * @param pixels pictures, [n, 3, size, size] in 0 … 1
 * @param encoded places, [n, 2, 2·octaves]
 * @param classes int32 by attribute, [n]; −1 where a picture has none, which counts as zero loss
 * @returns two scalars: the sum, and the contrastive loss alone
 */
export function scorerLoss(
  config: ScorerConfig,
  p: Traced,
  pixels: Arr,
  encoded: Arr,
  classes: Record<string, Arr>,
): [sum: Arr, contrast: Arr] {
  const { embedding, logits } = scorerPictures(config, p, pixels);
  const places = scorerPlaces(config, p, encoded);
  const n = pixels.shape[0];
  const cosines = np.matmul(embedding, np.transpose(places)).mul(constant(places, 1 / config.temperature));
  const own = cosines.ref.mul(np.eye(n)).sum(-1);
  const each = nn.logsumexp(cosines.ref, -1).add(nn.logsumexp(cosines, 0)).mul(0.5).sub(own);
  const contrast = mean(each, [0]).reshape([]);
  const attributes = Object.entries(config.attributes).map(([name, count]) => {
    // −1 has no row among them: it counts nothing.
    const wanted = classes[name].reshape([n, 1]).equal(np.arange(count).astype(np.int32).reshape([1, count]));
    const chosen = nn.logSoftmax(logits[name], -1).mul(wanted.astype(contrast.dtype));
    return mean(chosen.sum(-1), [0]).reshape([]).mul(-1);
  });
  return [attributes.reduce((a, b) => a.add(b), contrast.ref), contrast];
}

/** A batch for `scorerObjective`: pictures with their places and attributes. */
export interface ScoringBatch {
  /** Pictures, [n, 3, size, size] in 0 … 1. */
  pixels: Tensor;
  /** Encoded places, [n, 2, 2·octaves]. */
  places: Tensor;
  /** Class of each picture by attribute, int32 [n]; −1 where there is none. */
  classes: Readonly<Record<string, Tensor>>;
}

/**
 * The training objective of a judge of pictures: `scorerLoss`, with the contrastive loss alone, in nats, as the metric
 * `contrast`.
 */
export const scorerObjective = (config: ScorerConfig): Objective<ScoringBatch> => ({
  init: (random) => initScorer(config, random),
  learned: () => true,
  inputs: ({ pixels, places, classes }) => ({ pixels, places, ...classes }),
  loss(p, { pixels, places, ...classes }) {
    const [loss, contrast] = scorerLoss(config, p, pixels, places, classes);
    return { loss, metrics: { contrast } };
  },
});
