/** Exact nearest neighbours in an index of more than a million pictures. */
import { exactSearch, Generator, retrievalLocator, uniformPoints } from "@geodrift/core";
import { matmulGflops, minMs, runtime } from "./measure.js";

const [n, width, asked] = [1_200_000, 256, 64];

export const benches = {
  retrieval: async function* () {
    const embeddings = new Float32Array(n * width);
    for (let from = 0; from < n; from += 100_000)
      embeddings.set(new Generator(1, from).normals(100_000 * width), from * width);
    const places = uniformPoints(new Generator(2), n);
    const locator = retrievalLocator(exactSearch({ embeddings, places }, width, 16, { runtime }));
    const queries = new Generator(3).normals(asked * width);
    const matmul = await matmulGflops();
    const ms = await minMs(() => locator.sample(queries, 16, { seed: 0, guidance: 0 }), 3);
    const gflops = (2 * n * width * asked) / ms / 1e6;
    yield {
      bench: "retrieval",
      pictures: n,
      width,
      queries: asked,
      queriesPerSecond: Math.round((1000 * asked) / ms),
      gflops: Math.round(gflops),
      matmulGflops: Math.round(matmul),
      share: Number((gflops / matmul).toFixed(2)),
      memoryMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
    };
  },
};
