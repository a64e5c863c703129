/** What is learned: how a batch becomes the inputs of a loss, and the loss. */
import type { Tensor } from "@geodrift/compile";
import type { numpy as np } from "@jax-js/jax";
import type { Parameters, Traced } from "../net/parameters.js";
import type { Generator } from "../random/generator.js";

/** Examples as arrays. */
export interface Batch {
  /** [n, width]. */
  embeddings: Float32Array;
  /** Unit vectors, [n, 3]. */
  places: Float32Array;
  n: number;
}

export interface Objective {
  init(random: Generator): Parameters;
  /** False for buffers, which are kept as they are. */
  learned(name: string): boolean;
  /** Draws what the loss needs beside the batch (noise, times, which conditions to drop). May write into the batch. */
  prepare(batch: Batch, random: Generator): Tensor[];
  loss(params: Traced, ...inputs: np.Array[]): np.Array;
}
