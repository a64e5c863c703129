/** What is learned: how a batch becomes the inputs of a loss, and the loss. */
import type { Tensor } from "@geodrift/compile";
import type { numpy as np } from "@jax-js/jax";
import type { Parameters, Traced } from "../net/parameters.js";
import type { Generator } from "../random/generator.js";

/** Arrays by name, while a loss is traced. */
export type TracedInputs<Name extends string> = Readonly<Record<Name, np.Array>>;

/** The loss of a batch. */
export interface Loss {
  /** A scalar: what the gradient is taken of. */
  loss: np.Array;
  /** Other scalars that are worth following; nothing depends on them. */
  metrics?: Record<string, np.Array>;
}

/** A thing to learn from batches of some kind, by the loop of `train`. */
export interface Objective<Batch, Name extends string = string> {
  /** Fresh weights and buffers, by state-dict name. */
  init(random: Generator): Parameters;
  /** Is this tensor learned? Buffers are not, and stay as they are. */
  learned(name: string): boolean;
  /** Tensors of a batch that the loss takes, by name. May write into the batch. */
  inputs(batch: Batch): Record<Name, Tensor>;
  /** Which of the learned weights a batch has a gradient for: the others stand still. All if left out. */
  concerns?(batch: Batch): (name: string) => boolean;
  /** The loss of a batch; traced once for every shape of inputs. */
  loss(params: Traced, inputs: TracedInputs<Name>): Loss;
}

/** Embedded pictures with their places: what locators learn from. */
export interface Examples {
  /** Number of pictures. */
  n: number;
  /** Embeddings, [n, width]. */
  embeddings: Float32Array;
  /** Unit vectors, [n, 3]. */
  places: Float32Array;
}

/** Examples, and what an objective draws their noise, times and dropped conditions from. */
export interface ExampleBatch extends Examples {
  /** Of this batch alone. */
  random: Generator;
}
