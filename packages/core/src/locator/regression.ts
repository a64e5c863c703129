import { type CompileOptions, compile, type Tensor, tensor } from "@geodrift/compile";
import type { numpy as np } from "@jax-js/jax";
import type { Parameters, Traced } from "../net/parameters.js";
import { type RegressionConfig, regression } from "../net/regression.js";
import type { Locator } from "./locator.js";

/**
 * Regression: one point for an image. Every sample is the same, and there is no density.
 * @param params weights by state-dict name
 */
export function regressionLocator(config: RegressionConfig, params: Parameters, options: CompileOptions): Locator {
  const run = compile<[Parameters, Tensor], Tensor>((p: Traced, c: np.Array) => regression(config, p, c), options);
  return {
    width: config.cond_dim,
    pointwise: true,
    async sample(embeddings, n) {
      const images = embeddings.length / config.cond_dim;
      const points = (await run(params, tensor(embeddings, [images, config.cond_dim]))).data as Float32Array;
      return Float64Array.from({ length: 3 * n * images }, (_, k) => points[3 * Math.floor(k / (3 * n)) + (k % 3)]);
    },
    dispose: () => run.dispose(),
  };
}
