/** Batches that a worker thread makes, a few ahead of who takes them. */
import { Worker } from "node:worker_threads";
import { type EarthViewsOptions, viewSource } from "../../earth/earth-views.js";
import type { Raster } from "../../earth/raster.js";
import type { DenoisingBatchData, DenoisingWork } from "./denoising-batches.js";
import type { LandmarkWork } from "./landmark-batches.js";
import type { BatchName, BatchRequest, BatchWorkerData } from "./messages.js";
import type { ScoringBatchData, ScoringWork } from "./scoring-batches.js";
import type { ViewBatch, ViewWork } from "./view-batches.js";

const ahead = 3;

/**
 * Yields the batches with numbers `first`, `first + 1`, … of `count` examples each, without end.
 * @param name what they are made of
 * @param work what makes them is called with; must be something that can be sent to a thread
 * @throws whatever it throws
 */
async function* workerBatches<Work, Batch>(
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

/**
 * Yields the batches with numbers `first`, `first + 1`, … of `count` views each, without end.
 * @throws GeodriftError `data` if rasters that are blended differ in size
 */
export const viewBatches = (
  rasters: readonly Raster[],
  options: EarthViewsOptions,
  first: number,
  count: number,
): AsyncGenerator<ViewBatch> =>
  workerBatches<ViewWork, ViewBatch>("views", { source: viewSource(rasters, options), options }, first, count);

/** Batches `first`, `first + 1`, … of `count` views, without end. */
export const scoringBatches = (work: ScoringWork, first: number, count: number): AsyncGenerator<ScoringBatchData> =>
  workerBatches("scoring", work, first, count);

/** Batches `first`, `first + 1`, … of `count` examples, without end. */
export const denoisingBatches = (
  work: DenoisingWork,
  first: number,
  count: number,
): AsyncGenerator<DenoisingBatchData> => workerBatches("denoising", work, first, count);

/** Batches `first`, `first + 1`, … of `count` photographs of landmarks, without end. */
export const landmarkBatches = (work: LandmarkWork, first: number, count: number): AsyncGenerator<DenoisingBatchData> =>
  workerBatches("landmark", work, first, count);
