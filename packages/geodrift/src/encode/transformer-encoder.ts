/** Vision transformers of published weights as encoders. */
import { compile, type Runtime, type Tensor } from "@geodrift/compile";
import { type Parameters, type Traced, type VisionConfig, visionTransformer } from "@geodrift/core";
import type { numpy as np } from "@jax-js/jax";
import { encodeInBatches } from "./batches.js";
import type { Encoder } from "./encoder.js";
import { type Colours, colours, type Preparation } from "./preparation.js";

/** Activations of eight pictures of 336 pixels take some 200 MB in the largest. */
const mostAtOnce = 8;

export function transformerEncoder(
  { config, params }: { config: VisionConfig; params: Parameters },
  preparation: Preparation,
  own: Colours | keyof typeof colours,
  sha256: string,
  runtime: Runtime,
): Encoder {
  const run = compile<[Parameters, Tensor], Tensor>((p: Traced, x: np.Array) => visionTransformer(config, p, x), {
    runtime,
  });
  const { size, width } = config;
  const options = { size, width, most: mostAtOnce, colours: typeof own === "string" ? colours[own] : own };
  return {
    preparation,
    width,
    sha256,
    encode: (pictures) =>
      encodeInBatches(pictures, options, async (planes) => (await run(params, planes)).data as Float32Array),
    dispose: () => run.dispose(),
  };
}
