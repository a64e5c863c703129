/** Pictures to embeddings: one interface, and behind it the encoders that models name. */
import type { Picture } from "../pictures/picture.js";
import type { Preparation } from "../pictures/preparation.js";

/** An image encoder that is ready to run. */
export interface Encoder {
  /** The square that pictures are made into. */
  preparation: Preparation;
  /** Width of the embeddings: numbers per picture. */
  width: number;
  /** Hash of its config and weights, hexadecimal: equal for encoders that make equal embeddings. */
  sha256: string;
  /**
   * Embeds pictures that are squares of `preparation.size` pixels.
   * @returns embeddings [pictures, width]
   * @throws GeodriftError `picture` for a picture of another size, `model` for an embedding that is not finite
   */
  encode(pictures: readonly Picture[]): Promise<Float32Array>;
  /** Frees the network and its session. */
  dispose(): Promise<void>;
}
