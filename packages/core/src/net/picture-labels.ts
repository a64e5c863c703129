/** A small network that reads labels off pictures, several of each: what judges pictures of landmarks. */
import { numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";
import { type ConvolutionalConfig, convolutional, initConvolutional } from "./convolutional.js";
import type { Parameters, Traced } from "./parameters.js";

/** Sizes of a network that reads labels. */
export interface PictureLabelsConfig {
  trunk: Omit<ConvolutionalConfig, "embedding">;
  /** Number of the classes of every label, by its name. */
  labels: Readonly<Record<string, number>>;
}

/** The convolutional encoder whose embedding is all logits side by side. */
const whole = ({ trunk, labels }: PictureLabelsConfig): ConvolutionalConfig => ({
  ...trunk,
  embedding: Object.values(labels).reduce((a, b) => a + b, 0),
});

/** Random weights. */
export const initPictureLabels = (config: PictureLabelsConfig, random: Generator): Parameters =>
  initConvolutional(whole(config), random);

/**
 * Logits of every label, [n, classes].
 * @param pixels [n, 3, size, size], 0…1
 */
export function pictureLabels(config: PictureLabelsConfig, p: Traced, pixels: np.Array): Record<string, np.Array> {
  const names = Object.keys(config.labels);
  const ends = names.map((_, k) => names.slice(0, k + 1).reduce((sum, name) => sum + config.labels[name], 0));
  const parts = np.split(convolutional(whole(config), p, pixels), ends.slice(0, -1), 1) as np.Array[];
  return Object.fromEntries(names.map((name, k) => [name, parts[k]]));
}
