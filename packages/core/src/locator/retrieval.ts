import type { CompileOptions } from "@geodrift/compile";
import { Generator } from "../random/generator.js";
import type { Locator } from "./locator.js";
import { neighbourSearch, type RetrievalIndex } from "./neighbour-search.js";

/**
 * Retrieval of nearest neighbours: the places of the most similar pictures, by the cosine of embeddings, found exactly. A
 * sample is the place of one of the `neighbours` nearest, each with equal chance; there is no density.
 * @param width numbers of an embedding
 * @param neighbours nearest pictures that samples are taken from; with 1 the locator is pointwise
 * @throws GeodriftError `model` for an index with fewer pictures than neighbours
 */
export function retrievalLocator(
  { embeddings, places }: RetrievalIndex,
  width: number,
  neighbours: number,
  options: CompileOptions,
): Locator {
  const search = neighbourSearch({ embeddings }, width, neighbours, options);
  return {
    width,
    pointwise: neighbours === 1,
    async sample(asked, count, { seed }) {
      const images = asked.length / width;
      const ids = await search.nearest(asked);
      const all = new Float64Array(3 * count * images);
      for (let i = 0; i < images; i++) {
        const random = new Generator(seed);
        for (let k = 0; k < count; k++) {
          const id = ids[i * neighbours + random.integer(neighbours)];
          for (let d = 0; d < 3; d++) all[3 * (i * count + k) + d] = places[3 * id + d];
        }
      }
      return all;
    },
    dispose: () => search.dispose(),
  };
}
