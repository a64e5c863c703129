import type { CompileOptions } from "@geodrift/compile";
import { likelihoodModel } from "../density/likelihood.js";
import { type MeshDistribution, meshDistribution } from "../density/mesh-distribution.js";
import { meshOfDensity } from "../density/mesh-of-density.js";
import { noiseMesh, transportedMesh } from "../density/transported-mesh.js";
import type { GenerativeModel } from "../path/paths.js";
import { Generator } from "../random/generator.js";
import { velocityModel } from "../solve/guidance.js";
import { solve, solverFor, stepsFor } from "../solve/solvers.js";
import { normalizeAll } from "../sphere/flat.js";
import { meshForPriors, stepsAt, wholeMesh } from "./fineness.js";
import type { Locator, SolveOptions } from "./locator.js";

/**
 * A flow or a diffusion: noise is carried to places by its solver. Densities are exact; whole distributions on a mesh are
 * of Riemannian flows on S² alone.
 */
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
    const steps = o.steps ?? stepsFor(solver, o.guidance);
    for await (const state of solve(field, x, { solver, schedule, steps, guidance: o.guidance })) {
      x = state.x;
      o.onStep?.(state.step, x);
    }
    // Flows in R³ end near the sphere, not on it.
    return normalizeAll(x.slice());
  }

  return {
    width: config.cond_dim,
    async sample(embeddings, n, { seed, apart = false, ...options }) {
      const images = embeddings.length / config.cond_dim;
      const own = apart ? images * n : n;
      const noise = new Float64Array(3 * own);
      const random = new Generator(seed);
      for (let i = 0; i < own; i++) noise.set(path.noise(random), 3 * i);
      // The same noise for every image: results do not depend on what else is in the batch.
      return carried(embeddings, apart ? noise : repeated(noise, images), options);
    },
    async logProb(embeddings, points, { onTurned, ...options }) {
      const { logProbNats, turned } = await density.logProb(embeddings, points, options);
      if (onTurned && turned.includes(1)) onTurned([...turned.keys()].filter((i) => turned[i] === 1));
      return logProbNats;
    },
    ...(path.space === "sphere" && {
      async distributions(embeddings, { quick, priors, stop, ...options }) {
        const { cond_dim } = config;
        const count = embeddings.length / cond_dim;
        const noise = noiseMesh({ level: quick || options.guidance === 0 ? 2 : 3, ...options });
        const { vertices } = noise;
        // All images begin with the same mesh, and go their own ways as it is refined.
        const starts = await carried(embeddings, repeated(vertices, count), options);
        const maps: MeshDistribution[] = [];
        for (let i = 0; i < count; i++) {
          const c = embeddings.subarray(i * cond_dim, (i + 1) * cond_dim);
          const images = starts.slice(i * vertices.length, (i + 1) * vertices.length);
          const transport = (points: Float64Array) => carried(c, points, options);
          const { steps: _, ...refine } = options;
          const fineness = priors?.[i] ? meshForPriors : wholeMesh;
          const logDensity = async (points: Float64Array, anywhere: boolean) => {
            stop?.();
            const { guidance } = options;
            const steps = Math.ceil(stepsAt(fineness, anywhere) * (1 + guidance));
            return (await density.logProb(c, points, { mode: "map", guidance, steps })).logProbNats;
          };
          // Guidance bends the flow until it folds: its map has no density that a formula tells, and the mesh is carried along.
          const carry = quick || (options.guidance > 0 && !priors?.[i]);
          const mesh = carry
            ? await transportedMesh(transport, options, { noise, images })
            : await meshOfDensity(logDensity, { samples: images }, { ...fineness, ...refine, prior: priors?.[i] });
          maps.push(meshDistribution(mesh));
        }
        return maps;
      },
    }),
    async dispose() {
      await model.dispose();
      await density.dispose();
    },
  };
}

function repeated(points: Float64Array, times: number): Float64Array {
  const all = new Float64Array(times * points.length);
  for (let i = 0; i < times; i++) all.set(points, i * points.length);
  return all;
}
