/** Batches of rendered views, made in a worker thread. */
import { toVec3 } from "@geodrift/core";
import { drawViewInto, type EarthViewsOptions, type ViewSource } from "../../earth/earth-views.js";
import { planesInto } from "../../pictures/planes.js";

/** Views with their places. */
export interface ViewBatch {
  /** Pictures, [n, 3, size, size] in 0 … 1. */
  pixels: Float32Array;
  /** Unit vectors, [n, 3]. */
  places: Float32Array;
}

/** What the worker thread makes views from. */
export interface ViewWork {
  source: ViewSource;
  options: EarthViewsOptions;
}

/** Makes the views `from` … `from + count − 1`. */
export function viewBatch({ source, options }: ViewWork, from: number, count: number): ViewBatch {
  const area = options.size ** 2;
  const rgba = new Uint8Array(4 * area);
  const batch: ViewBatch = { pixels: new Float32Array(count * 3 * area), places: new Float32Array(count * 3) };
  for (let i = 0; i < count; i++) {
    const view = drawViewInto(rgba, source, options, from + i);
    planesInto(batch.pixels, i * 3 * area, rgba, 4, area);
    batch.places.set(toVec3(view.place), 3 * i);
  }
  return batch;
}
