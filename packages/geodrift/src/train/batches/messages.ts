/** What the thread that makes batches is told. */

/** Makes the examples `from` … `from + count − 1` of some work: what a module exports for a worker thread to call. */
export type MakeBatch<Work, Batch> = (work: Work, from: number, count: number) => Batch;

/** What the thread is told in the beginning. */
export interface BatchWorkerData {
  /** URL of the module, and what it exports. */
  module: string;
  name: string;
  work: unknown;
}

/** It answers with one message. */
export interface BatchRequest {
  from: number;
  count: number;
}
