/** What the thread that makes batches is told. */

/** Makes the examples `from` … `from + count − 1` of some work: what a module exports for a worker thread to call. */
export type MakeBatch<Work, Batch> = (work: Work, from: number, count: number) => Batch;

/** What the thread is told in the beginning. */
export interface BatchWorkerData {
  /** URL of the module that makes batches. */
  module: string;
  /** Name of the function that it exports. */
  name: string;
  /** What the function is called with. */
  work: unknown;
}

/** Asks for the examples `from` … `from + count − 1`, which come back as one message. */
export interface BatchRequest {
  /** Index of the first example. */
  from: number;
  /** Number of examples. */
  count: number;
}
