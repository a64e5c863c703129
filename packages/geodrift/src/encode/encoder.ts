/** Pictures to embeddings: one interface, and behind it the encoders that models name. */
import type { Picture } from "../pictures/picture.js";
import type { Preparation } from "../pictures/preparation.js";

export interface Encoder {
  /** The square that pictures are made into. */
  preparation: Preparation;
  /** Width of the embeddings. */
  width: number;
  /** Of its config and weights: equal for encoders that make equal embeddings. */
  sha256: string;
  /** @returns [pictures, width] */
  encode(pictures: readonly Picture[]): Promise<Float32Array>;
  dispose(): Promise<void>;
}
