/** What the thread that makes batches is told. */

/** Makes the examples `from` … `from + count − 1` of some work: what a worker thread calls. */
export type MakeBatch<Work, Batch> = (work: Work, from: number, count: number) => Batch;

/** What batches are made of. */
export type BatchName = "views" | "scoring" | "denoising" | "landmark";

/** What the thread is told in the beginning. */
export interface BatchWorkerData {
  /** What its batches are made of. */
  name: BatchName;
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
