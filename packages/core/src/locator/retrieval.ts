import { Generator } from "../random/generator.js";
import type { Locator } from "./locator.js";
import type { NeighbourSearch } from "./neighbour-search.js";

/**
 * Retrieval of nearest neighbours: the places of the most similar pictures, by the cosine of embeddings. A sample is the
 * place of one of the nearest that are found, each with equal chance; there is no density.
 * @param search finds the nearest; with one neighbour the locator is pointwise. It is disposed of with the locator
 */
export function retrievalLocator(search: NeighbourSearch): Locator {
  const { width, neighbours } = search;
  return {
    width,
    pointwise: neighbours === 1,
    async sample(asked, count, { seed }) {
      const images = asked.length / width;
      const near = await search.nearest(asked);
      const all = new Float64Array(3 * count * images);
      for (let i = 0; i < images; i++) {
        const random = new Generator(seed);
        for (let k = 0; k < count; k++) {
          const from = 3 * (i * neighbours + random.integer(neighbours));
          all.set(near.subarray(from, from + 3), 3 * (i * count + k));
        }
      }
      return all;
    },
    dispose: () => search.dispose(),
  };
}
