import { meshDistribution } from "../density/mesh-distribution.js";
import { meshOfDensity } from "../density/mesh-of-density.js";
import { Generator } from "../random/generator.js";
import { uniformPoint } from "../sphere/sampling.js";
import type { Locator } from "./locator.js";

const logDensity = -Math.log(4 * Math.PI);

/**
 * The uniform distribution on the sphere, whatever the picture: log density −log 4π everywhere. What every method must
 * beat.
 * @param width numbers of an embedding
 */
export function uniformLocator(width: number): Locator {
  return {
    width,
    async sample(embeddings, n, { seed }) {
      const images = embeddings.length / width;
      const random = new Generator(seed);
      const points = Float64Array.from(Array.from({ length: n }, () => [...uniformPoint(random)]).flat());
      const all = new Float64Array(images * points.length);
      for (let i = 0; i < images; i++) all.set(points, i * points.length);
      return all;
    },
    logProb: async (_, points) => new Float64Array(points.length / 3).fill(logDensity),
    async distributions(embeddings, options) {
      const density = (points: Float64Array) => new Float64Array(points.length / 3).fill(logDensity);
      const map = meshDistribution(await meshOfDensity(density, {}, options));
      return Array.from({ length: embeddings.length / width }, () => map);
    },
    dispose: async () => {},
  };
}
