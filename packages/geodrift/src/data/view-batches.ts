/** Batches of rendered views from a worker thread, a few ahead of the training step that eats them. */
import { Worker } from "node:worker_threads";
import { type EarthViewsOptions, viewSource } from "./earth-views.js";
import type { Raster } from "./raster.js";

export interface ViewBatch {
  /** [n, 3, size, size], 0…1. */
  pixels: Float32Array;
  /** Unit vectors, [n, 3]. */
  places: Float32Array;
}

export interface ViewRequest {
  /** Views `from` … `from + count − 1`. */
  from: number;
  count: number;
}

const ahead = 3;

/** Yields the batches with numbers `first`, `first + 1`, … of `count` views each, without end. */
export async function* viewBatches(
  rasters: readonly Raster[],
  options: EarthViewsOptions,
  first: number,
  count: number,
): AsyncGenerator<ViewBatch> {
  const worker = new Worker(new URL("./view-worker.js", import.meta.url), {
    workerData: { source: viewSource(rasters, options), options },
  });
  const ready: ViewBatch[] = [];
  let wake: (() => void) | undefined;
  let failure: Error | undefined;
  worker.on("message", (batch: ViewBatch) => {
    ready.push(batch);
    wake?.();
  });
  worker.on("error", (error) => {
    failure = error as Error;
    wake?.();
  });
  const ask = (batch: number) => worker.postMessage({ from: batch * count, count } satisfies ViewRequest);
  try {
    for (let b = first; b < first + ahead; b++) ask(b);
    for (let b = first; ; b++) {
      while (ready.length === 0 && !failure)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      if (failure) throw failure;
      ask(b + ahead);
      yield ready.shift() as ViewBatch;
    }
  } finally {
    await worker.terminate();
  }
}
