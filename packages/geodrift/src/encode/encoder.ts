/** Pictures to embeddings: one interface, and behind it the encoders that models name. */
import type { Picture } from "../pictures/picture.js";
import type { Preparation } from "../pictures/preparation.js";

/** Pictures as an encoder sees them. */
export interface Assessed {
  /** Embeddings, [pictures, width]. */
  embeddings: Float32Array;
  /** For each picture whether it is of the encoder's kind; undefined for encoders that cannot tell. */
  domains?: Domain[];
}

/** Is a picture of the kind that an encoder, or a model, is for? */
export interface Domain {
  /** What such pictures are, with an article. */
  of: string;
  /** Natural logarithm of the odds that this is one. */
  logOdds: number;
  /** Does it count as one? */
  inside: boolean;
}

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
  /**
   * Embeds pictures, and says which are of the kind that the encoder is for.
   * @throws as `encode`
   */
  assess(pictures: readonly Picture[]): Promise<Assessed>;
  /** Frees the network and its session. */
  dispose(): Promise<void>;
}
