import type { CompileOptions } from "@geodrift/compile";
import { likelihoodModel } from "../density/likelihood.js";
import { meshDistribution } from "../density/mesh-distribution.js";
import { transportedMesh } from "../density/transported-mesh.js";
import type { GenerativeModel } from "../path/index.js";
import { Generator } from "../random/generator.js";
import { velocityModel } from "../solve/guidance.js";
import { solve, solverFor } from "../solve/index.js";
import { normalizeAll } from "../sphere/flat.js";
import type { Locator, SolveOptions } from "./locator.js";

/** Flow matching and diffusion: noise carried to places. */
export function generativeLocator(generative: GenerativeModel, options: CompileOptions): Locator {
  const { config, params, path, schedule } = generative;
  const model = velocityModel(config, params, options);
  const density = likelihoodModel(generative, options);

  /** @param noise [images, n, 3] */
  async function carried(embeddings: Float32Array, noise: Float64Array, o: SolveOptions) {
    const images = embeddings.length / config.cond_dim;
    const field = model.field(embeddings, noise.length / (3 * images), o.guidance);
    const solver = solverFor(path.name, o.solver);
    let x = noise;
    for await (const state of solve(field, x, { solver, schedule, steps: o.steps ?? solver.steps })) {
      x = state.x;
      o.onStep?.(state.step, x);
    }
    // Flows in R³ end near the sphere, not on it.
    return normalizeAll(x.slice());
  }

  return {
    width: config.cond_dim,
    async sample(embeddings, n, { seed, ...options }) {
      const images = embeddings.length / config.cond_dim;
      const noise = new Float64Array(3 * n);
      const random = new Generator(seed);
      for (let i = 0; i < n; i++) noise.set(path.noise(random), 3 * i);
      // The same noise for every image: results do not depend on what else is in the batch.
      const all = new Float64Array(3 * n * images);
      for (let i = 0; i < images; i++) all.set(noise, 3 * n * i);
      return carried(embeddings, all, options);
    },
    logProb: async (embeddings, points, options) => (await density.logProb(embeddings, points, options)).logProbNats,
    ...(path.space === "sphere" && {
      async distribution(embedding, options) {
        return meshDistribution(await transportedMesh((noise) => carried(embedding, noise, options), options));
      },
    }),
    async dispose() {
      await model.dispose();
      await density.dispose();
    },
  };
}
