import { parentPort, workerData } from "node:worker_threads";
import { toVec3 } from "@geodrift/core";
import { planesInto } from "../encode/planes.js";
import { drawViewInto, type EarthViewsOptions, type ViewSource } from "./earth-views.js";
import type { ViewBatch, ViewRequest } from "./view-batches.js";

const { source, options } = workerData as { source: ViewSource; options: EarthViewsOptions };
const area = options.size ** 2;
const rgba = new Uint8Array(4 * area);

parentPort?.on("message", ({ from, count }: ViewRequest) => {
  const batch: ViewBatch = { pixels: new Float32Array(count * 3 * area), places: new Float32Array(count * 3) };
  for (let i = 0; i < count; i++) {
    const view = drawViewInto(rgba, source, options, from + i);
    planesInto(batch.pixels, i * 3 * area, rgba, 4, area);
    batch.places.set(toVec3(view.place), 3 * i);
  }
  parentPort?.postMessage(batch, [batch.pixels.buffer as ArrayBuffer, batch.places.buffer as ArrayBuffer]);
});
