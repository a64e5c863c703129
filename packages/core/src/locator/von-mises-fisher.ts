import { type CompileOptions, compile, type Tensor, tensor } from "@geodrift/compile";
import type { numpy as np } from "@jax-js/jax";
import { logSumExp } from "../density/log-sum-exp.js";
import { type MeshDistribution, meshDistribution } from "../density/mesh-distribution.js";
import { meshOfDensity } from "../density/mesh-of-density.js";
import type { Parameters, Traced } from "../net/parameters.js";
import { type VonMisesFisherConfig, vonMisesFisher } from "../net/von-mises-fisher.js";
import { Generator } from "../random/generator.js";
import { type Vec3, vectorAt } from "../sphere/point.js";
import { logPeakDensity, sampleVonMisesFisher } from "../sphere/von-mises-fisher.js";
import type { Locator } from "./locator.js";

interface Component {
  mean: Vec3;
  kappa: number;
  logWeight: number;
}

/** Sharper than a metre is no geography, and overflows nothing. */
const greatestKappa = 1e13;

/**
 * A von Mises–Fisher distribution on S², or a mixture, whose parameters a network reads off the embedding. Densities are
 * in double precision; concentrations are held below 10¹³.
 * @param params weights by state-dict name
 */
export function vonMisesFisherLocator(
  config: VonMisesFisherConfig,
  params: Parameters,
  options: CompileOptions,
): Locator {
  const { cond_dim, components } = config;
  const run = compile<[Parameters, Tensor], [Tensor, Tensor, Tensor]>((p: Traced, c: np.Array) => {
    const { means, kappas, logWeights } = vonMisesFisher(config, p, c);
    return [means, kappas, logWeights];
  }, options);

  async function mixtures(embeddings: Float32Array): Promise<Component[][]> {
    const images = embeddings.length / cond_dim;
    const out = await run(params, tensor(embeddings, [images, cond_dim]));
    const [means, kappas, logWeights] = out.map((t) => t.data as Float32Array);
    return Array.from({ length: images }, (_, i) =>
      Array.from({ length: components }, (_, j) => {
        const at = i * components + j;
        const [x, y, z] = vectorAt(means, at);
        const length = Math.hypot(x, y, z);
        const mean: Vec3 = [x / length, y / length, z / length];
        return { mean, kappa: Math.min(greatestKappa, kappas[at]), logWeight: logWeights[at] };
      }),
    );
  }

  return {
    width: cond_dim,
    async sample(embeddings, n, { seed }) {
      const all = await mixtures(embeddings);
      return Float64Array.from(
        all.flatMap((mixture) => {
          // The same random numbers for every image: results do not depend on what else is in the batch.
          const random = new Generator(seed);
          return Array.from({ length: n }, () => [...draw(mixture, random)]).flat();
        }),
      );
    },
    async logProb(embeddings, points) {
      const all = await mixtures(embeddings);
      const n = points.length / all.length;
      const out = all.map((mixture, i) => logDensity(mixture, points.subarray(i * n, (i + 1) * n)));
      return Float64Array.from(out.flatMap((x) => [...x]));
    },
    async distributions(embeddings, options) {
      const maps: MeshDistribution[] = [];
      for (const mixture of await mixtures(embeddings)) {
        const peaks = mixture.map(({ mean, kappa }) => ({ centre: mean, radius: 0.5 / Math.sqrt(Math.max(1, kappa)) }));
        maps.push(meshDistribution(await meshOfDensity((points) => logDensity(mixture, points), { peaks }, options)));
      }
      return maps;
    },
    dispose: () => run.dispose(),
  };
}

function draw(mixture: readonly Component[], random: Generator): Vec3 {
  let left = random.uniform();
  const chosen = mixture.find(({ logWeight }) => {
    left -= Math.exp(logWeight);
    return left < 0;
  });
  const { mean, kappa } = chosen ?? mixture[mixture.length - 1];
  return sampleVonMisesFisher(mean, kappa, random);
}

function logDensity(mixture: readonly Component[], points: Float64Array): Float64Array {
  return Float64Array.from({ length: points.length / 3 }, (_, i) => {
    const x = vectorAt(points, i);
    return logSumExp(
      mixture.map(({ mean, kappa, logWeight }) => {
        // κ (1 − cos) by the chord, which keeps its digits near the mean.
        const chord = (x[0] - mean[0]) ** 2 + (x[1] - mean[1]) ** 2 + (x[2] - mean[2]) ** 2;
        return logWeight + logPeakDensity(kappa) - (kappa * chord) / 2;
      }),
    );
  });
}
