import { nn, numpy as np } from "@jax-js/jax";
import { type JudgeConfig, judgePictures, judgePlaces } from "../net/judge.js";
import { constant, mean } from "../net/layers.js";
import type { Traced } from "../net/parameters.js";

type Arr = np.Array;

/**
 * Contrast both ways, each picture with its own place against the batch's others (Oord et al. 2018), and cross-entropies of the
 * attributes, nats.
 * @param classes by attribute, [n], −1 where there is none
 * @returns the sum, and the contrast alone
 */
export function judgeLoss(
  config: JudgeConfig,
  p: Traced,
  pixels: Arr,
  encoded: Arr,
  classes: Record<string, Arr>,
): [sum: Arr, contrast: Arr] {
  const { embedding, logits } = judgePictures(config, p, pixels);
  const places = judgePlaces(config, p, encoded);
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
