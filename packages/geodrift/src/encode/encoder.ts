/** Pictures to embeddings, by the model's own image encoder. */
import { compile, type Runtime, type Tensor, tensor } from "@geodrift/compile";
import { convolutional, type Parameters, placeHead, placeWidth, type Traced, withCellFeatures } from "@geodrift/core";
import type { numpy as np } from "@jax-js/jax";
import type { Picture } from "../data/picture.js";
import type { EncoderConfig } from "../models/schema.js";
import { planesInto } from "./planes.js";

export interface Encoder {
  /** Pixels per side of the pictures it takes. */
  size: number;
  /** Width of the embeddings. */
  width: number;
  /** Of its config and weights: equal for encoders that make equal embeddings. */
  sha256: string;
  /** [pictures, width] */
  encode(pictures: readonly Picture[]): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Planes of pixels [n, 3, size, size], 0…1, to embeddings [n, width]: the traced function. */
export const encodePlanes = ({ trunk, places }: EncoderConfig, p: Traced, pixels: np.Array): np.Array =>
  placeHead(places, p, convolutional(trunk, p, pixels));

export function placeEncoder(config: EncoderConfig, stored: Parameters, sha256: string, runtime: Runtime): Encoder {
  const { size } = config.trunk;
  const area = size * size;
  const params = withCellFeatures(stored);
  const run = compile<[Parameters, Tensor], Tensor>((p: Traced, pixels: np.Array) => encodePlanes(config, p, pixels), {
    runtime,
  });
  return {
    size,
    width: placeWidth(config.places),
    sha256,
    async encode(pictures) {
      const pixels = new Float32Array(pictures.length * 3 * area);
      pictures.forEach((picture, i) => {
        planesInto(pixels, i * 3 * area, picture.data, 3, area);
      });
      const out = await run(params, tensor(pixels, [pictures.length, 3, size, size]));
      return out.data as Float32Array;
    },
    dispose: () => run.dispose(),
  };
}
