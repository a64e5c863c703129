/** Pictures to embeddings, by the model's own image encoder. */
import { compile, type Runtime, type Tensor, tensor } from "@geodrift/compile";
import { type ConvolutionalConfig, convolutional, type Parameters, type Traced } from "@geodrift/core";
import type { numpy as np } from "@jax-js/jax";
import type { Picture } from "../data/picture.js";
import { planesInto } from "./planes.js";

export interface Encoder {
  /** Pixels per side of the pictures it takes. */
  size: number;
  /** Width of the embeddings. */
  width: number;
  /** [pictures, width] */
  encode(pictures: readonly Picture[]): Promise<Float32Array>;
  dispose(): Promise<void>;
}

export function convolutionalEncoder(config: ConvolutionalConfig, params: Parameters, runtime: Runtime): Encoder {
  const { size, embedding: width } = config;
  const area = size * size;
  const run = compile<[Parameters, Tensor], Tensor>((p: Traced, pixels: np.Array) => convolutional(config, p, pixels), {
    runtime,
  });
  return {
    size,
    width,
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
