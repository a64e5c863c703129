import { parentPort, workerData } from "node:worker_threads";
import type { BatchRequest, BatchWorkerData, MakeBatch } from "./messages.js";

const { module, name, work } = workerData as BatchWorkerData;
const make: MakeBatch<unknown, Record<string, unknown>> = (await import(module))[name];

parentPort?.on("message", ({ from, count }: BatchRequest) => {
  const batch = make(work, from, count);
  const buffers = Object.values(batch).flatMap((v) => (ArrayBuffer.isView(v) ? [v.buffer as ArrayBuffer] : []));
  parentPort?.postMessage(batch, buffers);
});
