import { type CompileOptions, compile, type Tensor, tensor } from "@geodrift/compile";
import { numpy as np } from "@jax-js/jax";
import { GeodriftError } from "../errors/geodrift-error.js";
import { Generator } from "../random/generator.js";
import type { Locator } from "./locator.js";

/** Embedded pictures whose places are known. */
export interface RetrievalIndex {
  /** Embeddings of any length, [n, width]. */
  embeddings: Float32Array;
  /** Unit vectors, [n, 3] stored flat. */
  places: ArrayLike<number>;
}

/** Rows of the index in one matrix product: enough to be fast, few enough that the scores stay in the cache. */
const blockSize = 16_384;

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
  const n = embeddings.length / width;
  if (n < neighbours)
    throw new GeodriftError("model", `retrievalLocator: the index needs ${neighbours} pictures or more, got ${n}`);
  const index = unitRows(embeddings, width);
  const similarities = compile<[Tensor, Tensor], Tensor>(
    (q: np.Array, rows: np.Array) => np.matmul(q, np.transpose(rows)),
    options,
  );

  /** Numbers of the nearest pictures, nearest first, [images, neighbours]. */
  async function nearest(asked: Float32Array): Promise<Uint32Array> {
    const images = asked.length / width;
    const query = tensor(unitRows(asked, width), [images, width]);
    const ids = new Uint32Array(images * neighbours);
    const best = new Float64Array(images * neighbours).fill(Number.NEGATIVE_INFINITY);
    for (let from = 0; from < n; from += blockSize) {
      const rows = Math.min(blockSize, n - from);
      const block = tensor(index.subarray(from * width, (from + rows) * width), [rows, width]);
      const scores = (await similarities(query, block)).data as Float32Array;
      for (let i = 0; i < images; i++)
        for (let j = 0; j < rows; j++) {
          const score = scores[i * rows + j];
          // Most rows are no better than the worst of the best.
          if (score > best[(i + 1) * neighbours - 1]) {
            const own = [i * neighbours, (i + 1) * neighbours] as const;
            insert(ids.subarray(...own), best.subarray(...own), from + j, score);
          }
        }
    }
    return ids;
  }

  return {
    width,
    pointwise: neighbours === 1,
    async sample(asked, count, { seed }) {
      const images = asked.length / width;
      const ids = await nearest(asked);
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
    dispose: () => similarities.dispose(),
  };
}

/** Puts a row in its place by falling score and drops the last; of equal scores the earlier row stays in front. */
function insert(ids: Uint32Array, scores: Float64Array, id: number, score: number): void {
  let at = scores.length - 1;
  for (; at > 0 && scores[at - 1] < score; at--) {
    scores[at] = scores[at - 1];
    ids[at] = ids[at - 1];
  }
  scores[at] = score;
  ids[at] = id;
}

/** Rows scaled to length one; a row of zeros stays. */
function unitRows(x: Float32Array, width: number): Float32Array {
  const out = new Float32Array(x.length);
  for (let i = 0; i < x.length; i += width) {
    let squares = 0;
    for (let j = i; j < i + width; j++) squares += x[j] * x[j];
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let j = i; j < i + width; j++) out[j] = scale * x[j];
  }
  return out;
}
