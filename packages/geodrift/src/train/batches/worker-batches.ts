/** Batches that a worker thread makes, a few ahead of who takes them. */
import { Worker } from "node:worker_threads";
import type { BatchName, BatchRequest, BatchWorkerData } from "./messages.js";

const ahead = 3;

/**
 * Yields the batches with numbers `first`, `first + 1`, … of `count` examples each, without end.
 * @param name what they are made of
 * @param work what makes them is called with; must be something that can be sent to a thread
 * @throws whatever it throws
 */
export async function* workerBatches<Work, Batch>(
  name: BatchName,
  work: Work,
  first: number,
  count: number,
): AsyncGenerator<Batch> {
  const workerData: BatchWorkerData = { name, work };
  const worker = new Worker(new URL("./batch-worker.js", import.meta.url), { workerData });
  const ready: Batch[] = [];
  let wake: (() => void) | undefined;
  let failure: Error | undefined;
  worker.on("message", (batch: Batch) => {
    ready.push(batch);
    wake?.();
  });
  worker.on("error", (error) => {
    failure = error as Error;
    wake?.();
  });
  const ask = (batch: number) => worker.postMessage({ from: batch * count, count } satisfies BatchRequest);
  try {
    for (let b = first; b < first + ahead; b++) ask(b);
    for (let b = first; ; b++) {
      while (ready.length === 0 && !failure)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      if (failure) throw failure;
      ask(b + ahead);
      yield ready.shift() as Batch;
    }
  } finally {
    await worker.terminate();
  }
}
