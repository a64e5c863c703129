/** Opens what judges pictures of places. */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { compile, type Runtime, type Tensor, tensor } from "@geodrift/compile";
import {
  type LatLng,
  type Parameters,
  placeEncodingInto,
  placeEncodingWidth,
  scorerPictures,
  scorerPlaces,
  scorerShapes,
  type Traced,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { readJsonFile } from "../files/json-file.js";
import { enlarged, type Picture } from "../pictures/picture.js";
import { planesInto } from "../pictures/planes.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import { scorerFolder } from "./embedded.js";
import { type ScorerDescription, scorerDescription } from "./schema.js";
import { readWeights } from "./weights.js";

/** What a judge says of pictures. */
export interface Scores {
  /** Unit vectors in the space shared with places, [n, space]. */
  embeddings: Float32Array;
  /** Most probable class of every attribute, each [n]. */
  classes: Record<string, Int32Array>;
}

/** What judges pictures of places, ready to run. */
export interface Scorer {
  name: string;
  /** Of its weights, hexadecimal. */
  sha256: string;
  /** Pixels along a side of the pictures that it takes. */
  size: number;
  /** Width of the space that pictures and places share. */
  space: number;
  /** What no view of its training showed. */
  heldOut: ScorerDescription["heldOut"];
  /**
   * Embeds and classifies pictures; a smaller one has each pixel several times.
   * @throws GeodriftError `model` for a picture whose side does not go into `size`
   */
  judge(pictures: readonly Picture[]): Promise<Scores>;
  /** Embeds places in degrees as unit vectors in the space shared with pictures, [n, space]. */
  places(places: readonly LatLng[]): Promise<Float32Array>;
  /** Frees the networks and their sessions. */
  dispose(): Promise<void>;
}

/** Pictures in one run. */
const atOnce = 64;

/**
 * Opens what judges pictures of places.
 * @param text name or folder
 * @param options ONNX Runtime, if it is to be another than the best that this machine has
 * @throws GeodriftError `option` if it is neither known nor a folder; `model`, `data`, `file` or `not-found` for a
 * missing, truncated or non-numeric part
 */
export async function loadScorer(text: string, options: { runtime?: Runtime } = {}): Promise<Scorer> {
  const runtime = options.runtime ?? (await onnxRuntime());
  const folder = scorerFolder(text);
  const { name, network, heldOut } = await readJsonFile(join(folder, "model.json"), scorerDescription);
  const hash = createHash("sha256");
  const params = await readWeights(join(folder, "model.safetensors"), hash, () => scorerShapes(network));
  const { size } = network.trunk;
  const seen = compile<[Parameters, Tensor], { embedding: Tensor; logits: Record<string, Tensor> }>(
    (p: Traced, pixels) => scorerPictures(network, p, pixels),
    { runtime },
  );
  const placed = compile<[Parameters, Tensor], Tensor>((p: Traced, places) => scorerPlaces(network, p, places), {
    runtime,
  });
  return {
    name,
    sha256: hash.digest("hex"),
    size,
    space: network.space,
    heldOut,
    async judge(pictures) {
      const n = pictures.length;
      const embeddings = new Float32Array(n * network.space);
      const classes = Object.fromEntries(Object.keys(network.attributes).map((a) => [a, new Int32Array(n)]));
      for (let from = 0; from < n; from += atOnce) {
        const part = pictures.slice(from, from + atOnce);
        const pixels = new Float32Array(part.length * 3 * size * size);
        part.forEach((picture, i) => {
          const fitting = fitted(picture, size);
          planesInto(pixels, i * 3 * size * size, fitting.data, 3, size * size);
        });
        const { embedding, logits } = await seen(params, tensor(pixels, [part.length, 3, size, size]));
        embeddings.set(embedding.data as Float32Array, from * network.space);
        for (const [attribute, count] of Object.entries(network.attributes)) {
          const rows = logits[attribute].data as Float32Array;
          for (let i = 0; i < part.length; i++) {
            const own = rows.subarray(i * count, (i + 1) * count);
            classes[attribute][from + i] = own.indexOf(Math.max(...own));
          }
        }
      }
      return { embeddings, classes };
    },
    async places(places) {
      const width = 2 * placeEncodingWidth(network.octaves);
      const encoded = new Float32Array(places.length * width);
      places.forEach((place, i) => {
        placeEncodingInto(encoded, i * width, place, network.octaves);
      });
      return (await placed(params, tensor(encoded, [places.length, 2, width / 2]))).data as Float32Array;
    },
    dispose: async () => {
      await seen.dispose();
      await placed.dispose();
    },
  };
}

/**
 * A smaller picture has each pixel several times.
 * @throws GeodriftError `model` if the sizes do not go into each other
 */
function fitted(picture: Picture, size: number): Picture {
  const times = size / picture.width;
  if (!Number.isInteger(times))
    throw new GeodriftError("model", `the judge takes pictures of ${size} pixels, got ${picture.width}`);
  return enlarged(picture, times);
}
