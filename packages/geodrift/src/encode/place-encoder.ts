/** The encoder of views from above: a convolutional trunk and the place head. */
import { compile, type Runtime, type Tensor, tensor } from "@geodrift/compile";
import { convolutional, type Parameters, placeHead, placeWidth, type Traced, withCellFeatures } from "@geodrift/core";
import type { numpy as np } from "@jax-js/jax";
import type { PlaceEncoderConfig } from "../models/schema.js";
import type { Encoder } from "./encoder.js";
import { planesInto } from "./planes.js";

/** Planes of pixels [n, 3, size, size], 0…1, to embeddings [n, width]: the traced function. */
export const encodePlanes = (
  { trunk, places }: Pick<PlaceEncoderConfig, "trunk" | "places">,
  p: Traced,
  pixels: np.Array,
): np.Array => placeHead(places, p, convolutional(trunk, p, pixels));

export function placeEncoder(
  config: PlaceEncoderConfig,
  stored: Parameters,
  sha256: string,
  runtime: Runtime,
): Encoder {
  const { size } = config.trunk;
  const area = size * size;
  const params = withCellFeatures(stored);
  const run = compile<[Parameters, Tensor], Tensor>((p: Traced, pixels: np.Array) => encodePlanes(config, p, pixels), {
    runtime,
  });
  return {
    preparation: { size, square: "cover" },
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
