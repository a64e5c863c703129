import { type CompileOptions, compile, type Tensor, tensor } from "@geodrift/compile";
import type { numpy as np } from "@jax-js/jax";
import { type CellClassifierConfig, cellClassifier, leafLogProbs } from "../net/cell-classifier.js";
import type { Parameters, Traced } from "../net/parameters.js";
import { Generator } from "../random/generator.js";
import { vectorAt } from "../sphere/point.js";
import { drawInCell, pointInCell, type Quadtree } from "../sphere/quadtree.js";
import type { Locator } from "./locator.js";

/**
 * Classification over the leaves of a quadtree: the density is uniform within a leaf. With offsets it is the hybrid of
 * classification and regression, which names one point in every leaf and so has no density.
 * @param params weights by state-dict name
 * @param tree cells of the training places
 * @param depths of the coarser levels that the network was trained with
 */
export function cellLocator(
  config: CellClassifierConfig,
  params: Parameters,
  tree: Quadtree,
  depths: readonly number[],
  options: CompileOptions,
): Locator {
  const ancestors = depths.map((d) => {
    const of = tree.ancestors(d);
    return tensor(Int32Array.from(of), [of.length], "int32");
  });
  const leaves = tree.cells.length;
  const run = compile<[Parameters, Tensor, readonly Tensor[]], Tensor[]>(
    (p: Traced, c: np.Array, above: np.Array[]) => {
      const { logProbs, offsets } = cellClassifier(config, p, c);
      const joint = leafLogProbs(logProbs, above);
      return offsets ? [joint, offsets] : [joint];
    },
    options,
  );
  async function predict(embeddings: Float32Array) {
    const images = embeddings.length / config.cond_dim;
    const out = await run(params, tensor(embeddings, [images, config.cond_dim]), ancestors);
    const [logProbs, offsets] = out.map((t) => t.data as Float32Array);
    return { images, logProbs, offsets };
  }
  return {
    width: config.cond_dim,
    async sample(embeddings, n, { seed }) {
      const { images, logProbs, offsets } = await predict(embeddings);
      const all = new Float64Array(3 * n * images);
      for (let i = 0; i < images; i++) {
        const sums = cumulated(logProbs.subarray(i * leaves, (i + 1) * leaves));
        // The same random numbers for every image: results do not depend on what else is in the batch.
        const random = new Generator(seed);
        for (let k = 0; k < n; k++) {
          const leaf = firstAbove(sums, random.uniform() * sums[leaves - 1]);
          const inside = drawInCell(tree.cells[leaf], random);
          const at = 2 * (i * leaves + leaf);
          const named = offsets && pointInCell(tree.cells[leaf], offsets[at], offsets[at + 1]);
          all.set(named ?? inside, 3 * (i * n + k));
        }
      }
      return all;
    },
    ...(!config.offsets && {
      async logProb(embeddings, points) {
        const { images, logProbs } = await predict(embeddings);
        const n = points.length / 3 / images;
        return Float64Array.from({ length: images * n }, (_, k) => {
          const leaf = tree.find(vectorAt(points, k));
          return logProbs[Math.floor(k / n) * leaves + leaf] - Math.log(tree.areas[leaf]);
        });
      },
    }),
    dispose: () => run.dispose(),
  };
}

function cumulated(logProbs: Float32Array): Float64Array {
  let sum = 0;
  return Float64Array.from(logProbs, (l) => {
    sum += Math.exp(l);
    return sum;
  });
}

/** The first index whose running sum exceeds `u`, by bisection. */
function firstAbove(sums: Float64Array, u: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > u) high = middle;
    else low = middle + 1;
  }
  return low;
}
