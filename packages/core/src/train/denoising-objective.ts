import { type ImageTransformerConfig, initImageTransformer } from "../net/image-transformer.js";
import type { TextEncoder } from "../net/words.js";
import { type DenoisingBatch, type DenoisingExamples, denoisingLoss } from "./denoising.js";
import type { Objective } from "./objective.js";

/**
 * The training objective of pictures: `denoisingLoss`. A batch has pictures of one size, and only the layers of that size
 * and the shared ones learn from it.
 */
export const denoisingObjective = (config: ImageTransformerConfig, words: TextEncoder): Objective<DenoisingBatch> => ({
  init: (random) => initImageTransformer(config, words, random),
  learned: () => true,
  inputs: (batch) => Object.fromEntries(Object.entries(batch)),
  concerns({ pixels }) {
    const others = config.sizes.filter((size) => size !== pixels.dims[2]).map((size) => `sizes.${size}.`);
    return (name) => !others.some((prefix) => name.startsWith(prefix));
  },
  loss: (p, inputs) => ({ loss: denoisingLoss(config, words, p, inputs as unknown as DenoisingExamples) }),
});
