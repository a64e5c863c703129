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

/** Finds the known pictures whose embeddings are the most similar, in memory or elsewhere. */
export interface NeighbourSearch {
  /** Numbers of an embedding. */
  readonly width: number;
  /** Nearest pictures that are found for every one that is asked. */
  readonly neighbours: number;
  /**
   * Places of the nearest pictures, nearest first: unit vectors, [images, neighbours, 3] stored flat.
   * @param asked embeddings, [images, width]
   */
  nearest(asked: Float32Array): Promise<Float64Array>;
  /** Frees what the search holds. */
  dispose(): Promise<void>;
}

/** Rows of the index in one matrix product: enough to be fast, few enough that the scores stay in the cache. */
const blockSize = 16_384;

/**
 * Looks for the most similar pictures by the cosine of embeddings, exactly.
 * @param width numbers of an embedding
 * @throws GeodriftError `model` for an index with fewer pictures than neighbours
 */
export function exactSearch(
  { embeddings, places }: RetrievalIndex,
  width: number,
  neighbours: number,
  options: CompileOptions,
): NeighbourSearch {
  const n = embeddings.length / width;
  checkEnough(n, neighbours);
  const index = unitRows(embeddings, width);
  const similarities = compiledSimilarities(options);
  return {
    width,
    neighbours,
    async nearest(asked) {
      const found = nearestSoFar(asked, width, neighbours, similarities);
      for (let from = 0; from < n; from += blockSize)
        await found.look(index.subarray(from * width, Math.min(n, from + blockSize) * width));
      const out = new Float64Array(3 * found.rows.length);
      found.rows.forEach((row, i) => {
        for (let d = 0; d < 3; d++) out[3 * i + d] = places[3 * row + d];
      });
      return out;
    },
    dispose: () => similarities.dispose(),
  };
}

/**
 * An index must have as many pictures as neighbours are wanted.
 * @throws GeodriftError `model` if it has not
 */
export function checkEnough(pictures: number, neighbours: number): void {
  if (pictures < neighbours)
    throw new GeodriftError(
      "model",
      `the index of known pictures needs ${neighbours} pictures or more, got ${pictures}`,
    );
}

/**
 * Rows of the nearest pictures, found exactly in one pass over all, which need not be in memory at once.
 * @param asked embeddings of any length, [images, width]
 * @param blocks embeddings of the known pictures of any length, [rows, width] each, in their order
 * @returns numbers of the rows, nearest first, [images, neighbours]
 * @throws GeodriftError `model` for fewer pictures than neighbours
 */
export async function exactNeighbours(
  asked: Float32Array,
  blocks: AsyncIterable<Float32Array>,
  width: number,
  neighbours: number,
  options: CompileOptions,
): Promise<Uint32Array> {
  const similarities = compiledSimilarities(options);
  try {
    const found = nearestSoFar(asked, width, neighbours, similarities);
    let pictures = 0;
    for await (const block of blocks) {
      pictures += block.length / width;
      await found.look(unitRows(block, width));
    }
    checkEnough(pictures, neighbours);
    return found.rows;
  } finally {
    await similarities.dispose();
  }
}

const compiledSimilarities = (options: CompileOptions) =>
  compile<[Tensor, Tensor], Tensor>((q: np.Array, rows: np.Array) => np.matmul(q, np.transpose(rows)), options);

/** The nearest of the rows that were looked at: their numbers, nearest first, [images, neighbours]. */
function nearestSoFar(
  asked: Float32Array,
  width: number,
  neighbours: number,
  similarities: (query: Tensor, block: Tensor) => Promise<Tensor>,
): { rows: Uint32Array; look(block: Float32Array): Promise<void> } {
  const images = asked.length / width;
  const query = tensor(unitRows(asked, width), [images, width]);
  const rows = new Uint32Array(images * neighbours);
  const best = new Float64Array(images * neighbours).fill(Number.NEGATIVE_INFINITY);
  let seen = 0;
  return {
    rows,
    async look(block) {
      const count = block.length / width;
      const scores = (await similarities(query, tensor(block, [count, width]))).data as Float32Array;
      for (let i = 0; i < images; i++)
        for (let j = 0; j < count; j++) {
          const score = scores[i * count + j];
          // Most rows are no better than the worst of the best.
          if (score > best[(i + 1) * neighbours - 1]) {
            const own = [i * neighbours, (i + 1) * neighbours] as const;
            insert(rows.subarray(...own), best.subarray(...own), seen + j, score);
          }
        }
      seen += count;
    },
  };
}

/** Puts a row in its place by falling score and drops the last; of equal scores the earlier row stays in front. */
function insert(rows: Uint32Array, scores: Float64Array, row: number, score: number): void {
  let at = scores.length - 1;
  for (; at > 0 && scores[at - 1] < score; at--) {
    scores[at] = scores[at - 1];
    rows[at] = rows[at - 1];
  }
  scores[at] = score;
  rows[at] = row;
}

/** Rows scaled to length one; a row of zeros stays. */
export function unitRows(x: Float32Array, width: number): Float32Array {
  const out = new Float32Array(x.length);
  for (let i = 0; i < x.length; i += width) {
    let squares = 0;
    for (let j = i; j < i + width; j++) squares += x[j] * x[j];
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let j = i; j < i + width; j++) out[j] = scale * x[j];
  }
  return out;
}
