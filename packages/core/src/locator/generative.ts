import type { CompileOptions } from "@geodrift/compile";
import type { GenerativeModel } from "../path/index.js";
import { Generator } from "../random/generator.js";
import { velocityModel } from "../solve/guidance.js";
import { solve, solverFor } from "../solve/index.js";
import { normalizeAll } from "../sphere/flat.js";
import type { Locator } from "./locator.js";

/** Flow matching and diffusion: noise carried to places. */
export function generativeLocator(
  { config, params, path, schedule }: GenerativeModel,
  options: CompileOptions,
): Locator {
  const model = velocityModel(config, params, options);
  return {
    width: config.cond_dim,
    async sample(embeddings, n, { seed, steps, guidance, solver, onStep }) {
      const images = embeddings.length / config.cond_dim;
      const noise = new Float64Array(3 * n);
      const random = new Generator(seed);
      for (let i = 0; i < n; i++) noise.set(path.noise(random), 3 * i);
      // The same noise for every image: results do not depend on what else is in the batch.
      let x: Float64Array = new Float64Array(3 * n * images);
      for (let i = 0; i < images; i++) x.set(noise, 3 * n * i);
      const field = model.field(embeddings, n, guidance);
      for await (const state of solve(field, x, { solver: solverFor(path.name, solver), schedule, steps })) {
        x = state.x;
        if (state.step > 0) onStep?.();
      }
      // Flows in R³ end near the sphere, not on it.
      return normalizeAll(x.slice());
    },
    dispose: () => model.dispose(),
  };
}
