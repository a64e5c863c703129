import { type CompileOptions, compile, type Tensor, tensor } from "@geodrift/compile";
import { numpy as np } from "@jax-js/jax";
import { GeodriftError } from "../errors/geodrift-error.js";

/** Embedded pictures whose places are known. */
export interface RetrievalIndex {
  /** Embeddings of any length, [n, width]. */
  embeddings: Float32Array;
  /** Unit vectors, [n, 3] stored flat. */
  places: ArrayLike<number>;
}

/** Rows of the index in one matrix product: enough to be fast, few enough that the scores stay in the cache. */
const blockSize = 16_384;

/** The most similar pictures of an index, found exactly. */
export interface NeighbourSearch {
  /**
   * Numbers of the nearest pictures, nearest first, [images, neighbours].
   * @param asked embeddings, [images, width]
   */
  nearest(asked: Float32Array): Promise<Uint32Array>;
  /** Frees the compiled graph. */
  dispose(): Promise<void>;
}

/**
 * Looks for the most similar pictures by the cosine of embeddings.
 * @param width numbers of an embedding
 * @throws GeodriftError `model` for an index with fewer pictures than neighbours
 */
export function neighbourSearch(
  { embeddings }: Pick<RetrievalIndex, "embeddings">,
  width: number,
  neighbours: number,
  options: CompileOptions,
): NeighbourSearch {
  const n = embeddings.length / width;
  if (n < neighbours)
    throw new GeodriftError("model", `the index of known pictures needs ${neighbours} pictures or more, got ${n}`);
  const index = unitRows(embeddings, width);
  const similarities = compile<[Tensor, Tensor], Tensor>(
    (q: np.Array, rows: np.Array) => np.matmul(q, np.transpose(rows)),
    options,
  );
  return {
    async nearest(asked) {
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
