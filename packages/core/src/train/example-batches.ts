import { Generator } from "../random/generator.js";
import type { ExampleBatch, Examples } from "./objective.js";

/** Located, embedded pictures by index. */
export interface ExampleSource {
  /** Number of examples. */
  readonly length: number;
  /** Examples by index, 0 … length − 1, in arrays that the caller may change. */
  batch(indices: Uint32Array): Examples;
}

/** Stream of the seed, so that batches are independent of the first weights. */
const stream = 2;

/**
 * Batches drawn with replacement, without end. Each is a function of the seed and of its number: a training that goes on
 * from a step goes on with the same batches.
 * @param count examples of a batch
 * @returns a function of the step, counted from 0, that the batches begin with
 */
export const exampleBatches = (source: ExampleSource, count: number, seed: number) =>
  async function* (from: number): AsyncGenerator<ExampleBatch> {
    for (let step = from; ; step++) {
      const random = new Generator(seed, stream, step);
      const indices = Uint32Array.from({ length: count }, () => random.integer(source.length));
      yield { ...source.batch(indices), random };
    }
  };
