import { parentPort, workerData } from "node:worker_threads";
import type { BatchName, BatchRequest, BatchWorkerData, MakeBatch } from "./messages.js";

/** What makes batches, each loaded by the threads alone that make its. */
const makers: Record<BatchName, () => Promise<MakeBatch<never, object>>> = {
  views: async () => (await import("./view-batches.js")).viewBatch,
  scoring: async () => (await import("./scoring-batches.js")).scoringBatch,
  denoising: async () => (await import("./denoising-batches.js")).denoisingBatch,
  landmark: async () => (await import("./landmark-batches.js")).landmarkBatch,
};

const { name, work } = workerData as BatchWorkerData;
const make = await makers[name]();

parentPort?.on("message", ({ from, count }: BatchRequest) => {
  const batch = make(work as never, from, count);
  const buffers = Object.values(batch).flatMap((v) => (ArrayBuffer.isView(v) ? [v.buffer as ArrayBuffer] : []));
  parentPort?.postMessage(batch, buffers);
});
