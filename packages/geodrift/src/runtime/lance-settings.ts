import { threads } from "./threads.js";

/**
 * What LanceDB's library reads of the environment: as many threads as compute, where it leaves two processors to reading, of two; and nothing
 * on standard error that is no error.
 *
 * To be called in the main thread, before anything loads it: the environment of a worker is a copy that its library never reads.
 */
export function lanceSettings(): void {
  process.env.LANCE_CPU_THREADS ??= String(threads());
  process.env.LANCE_INCLUDE_VECTOR_CENTROIDS ??= "false";
  process.env.LANCEDB_LOG ??= "error";
}
