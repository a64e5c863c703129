/** Embeddings of rendered views, in memory, for the training of locators. */
import { existsSync } from "node:fs";
import { type Tensor, tensor } from "@geodrift/compile";
import type { ExampleSource } from "@geodrift/core";
import type { EarthViewsOptions } from "../earth/earth-views.js";
import type { Raster } from "../earth/raster.js";
import { loadTensors, saveTensors } from "../models/tensor-file.js";
import { viewBatches } from "./batches/worker-batches.js";

/** An encoder: planes of pixels [n, 3, size, size] in 0 … 1 to embeddings [n, width]. */
export type EncodePlanes = (pixels: Tensor) => Promise<Float32Array>;

/** Embeddings with places, in memory. */
export interface Embedded {
  /** Numbers of an embedding. */
  width: number;
  /** Embeddings, [n, width]. */
  embeddings: Float32Array;
  /** Unit vectors, [n, 3]. */
  places: Float32Array;
  /** First of the three numbers of an embedding that are a probable place, where there is one. */
  placeColumn?: number;
}

const batch = 256;

/**
 * Embeds views 0 … n − 1 of `options`.
 * @param width numbers of an embedding
 * @param report is told the number of views done, after every batch
 */
export async function embedViews(
  rasters: readonly Raster[],
  options: EarthViewsOptions,
  n: number,
  width: number,
  encode: EncodePlanes,
  report: (done: number) => void = () => {},
): Promise<Embedded> {
  const embeddings = new Float32Array(n * width);
  const places = new Float32Array(n * 3);
  let done = 0;
  for await (const views of viewBatches(rasters, options, 0, batch)) {
    const count = Math.min(batch, n - done);
    const out = await encode(tensor(views.pixels, [batch, 3, options.size, options.size]));
    embeddings.set(out.subarray(0, count * width), done * width);
    places.set(views.places.subarray(0, 3 * count), 3 * done);
    done += count;
    report(done);
    if (done >= n) break;
  }
  return { width, embeddings, places };
}

/**
 * Saves embeddings as a safetensors file.
 * @param metadata what they were made from
 * @throws GeodriftError `disk` if the file cannot be written
 */
export async function saveEmbedded(
  file: string,
  { width, embeddings, places }: Embedded,
  metadata: Record<string, string>,
): Promise<void> {
  const n = places.length / 3;
  await saveTensors(file, {
    tensors: { embeddings: tensor(embeddings, [n, width]), places: tensor(places, [n, 3]) },
    metadata,
  });
}

/**
 * Loads saved embeddings; undefined if there are none, or their metadata differ.
 * @throws GeodriftError `file` if the file is damaged
 */
export async function loadEmbedded(file: string, metadata: Record<string, string>): Promise<Embedded | undefined> {
  if (!existsSync(file)) return undefined;
  const saved = await loadTensors(file);
  if (Object.entries(metadata).some(([k, v]) => saved.metadata[k] !== v)) return undefined;
  const { embeddings, places } = saved.tensors;
  return {
    width: embeddings.dims[1],
    embeddings: embeddings.data as Float32Array,
    places: places.data as Float32Array,
  };
}

/** Embeddings as a source of examples for `exampleBatches`. */
export function exampleSource({ width, embeddings, places }: Embedded): ExampleSource {
  return {
    length: places.length / 3,
    batch(indices) {
      const out = {
        n: indices.length,
        embeddings: new Float32Array(indices.length * width),
        places: new Float32Array(indices.length * 3),
      };
      indices.forEach((index, i) => {
        out.embeddings.set(embeddings.subarray(index * width, (index + 1) * width), i * width);
        out.places.set(places.subarray(index * 3, (index + 1) * 3), i * 3);
      });
      return out;
    },
  };
}
