import { type ImageTransformerConfig, initImageTransformer } from "../net/image-transformer.js";
import type { TextEncoder } from "../net/words.js";
import { type DenoisingBatch, type DenoisingExamples, denoisingLoss } from "./denoising.js";
import type { Objective } from "./objective.js";

/** Denoising of pictures (`denoisingLoss`); a picture passes the layers of its own size alone. */
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
