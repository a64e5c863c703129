/**
 * What judges pictures of places: whether a picture fits a place, and which words fit it. Two towers meet in one space, as in
 * contrastive models of pictures and coordinates (Feng et al. 2025, §A.1; Vivanco Cepeda et al. 2023), and linear classifiers
 * stand on the picture's tower. It is trained on real views and frozen: nothing that it judges has learned from it.
 */
import { numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";
import { type ConvolutionalConfig, convolutional, convolutionalShapes, initConvolutional } from "./convolutional.js";
import { constant, linear } from "./layers.js";
import { type Parameters, prefixed, subtree, type Traced, uniformInit, zeros } from "./parameters.js";
import { initPerceptron, type PerceptronConfig, perceptron, perceptronShapes } from "./perceptron.js";
import { placeEncodingWidth } from "./place-encoding.js";

type Arr = np.Array;

/** Sizes of a scorer. */
export interface ScorerConfig {
  /** Sizes of the pictures' tower. */
  trunk: ConvolutionalConfig;
  /** Octaves of the place encoding. */
  octaves: number;
  /** Channels of a hidden layer, and number of hidden layers, of the coordinates' tower. */
  places: { dim: number; depth: number };
  /** Numbers of a vector in the common space. */
  space: number;
  /** Attributes by name, each with its number of classes. */
  attributes: Readonly<Record<string, number>>;
  /** What cosines are divided by in front of the softmax. */
  temperature: number;
}

const placeTower = ({ octaves, places }: ScorerConfig): PerceptronConfig => ({
  cond_dim: 2 * placeEncodingWidth(octaves),
  ...places,
});

const heads = ({ trunk, space, attributes }: ScorerConfig): Record<string, number[]> =>
  Object.fromEntries(
    Object.entries({ picture: space, ...attributes }).flatMap(([name, out]) => [
      [`heads.${name}.weight`, [out, trunk.embedding]],
      [`heads.${name}.bias`, [out]],
    ]),
  );

/** Names and shapes of every weight. */
export const scorerShapes = (config: ScorerConfig): Record<string, number[]> => ({
  ...prefixed(convolutionalShapes(config.trunk), "trunk"),
  ...prefixed(perceptronShapes(placeTower(config), config.space), "places"),
  ...heads(config),
});

/** Random weights: towers as `initConvolutional` and `initPerceptron` have them, linear layers on the pictures' tower uniform. */
export function initScorer(config: ScorerConfig, random: Generator): Parameters {
  return {
    ...prefixed(initConvolutional(config.trunk, random), "trunk"),
    ...prefixed(initPerceptron(placeTower(config), config.space, random), "places"),
    ...Object.fromEntries(
      Object.entries(heads(config)).map(([name, shape]) => [
        name,
        shape.length > 1 ? uniformInit(random, shape, shape[1]) : zeros(shape),
      ]),
    ),
  };
}

/** Over the last axis to length one. */
const unit = (x: Arr): Arr => {
  const square = x.ref.mul(x.ref).sum(-1, { keepdims: true });
  return x.mul(np.reciprocal(np.sqrt(square.ref.add(constant(square, 1e-12)))));
};

/**
 * Pictures in the common space, and the logits of their attributes.
 * @param pixels [n, 3, size, size], 0…1
 * @returns unit vectors [n, space], and for each attribute logits [n, classes]
 */
export function scorerPictures(
  config: ScorerConfig,
  p: Traced,
  pixels: Arr,
): { embedding: Arr; logits: Record<string, Arr> } {
  const seen = convolutional(config.trunk, subtree(p, "trunk"), pixels);
  const logits = Object.fromEntries(
    Object.keys(config.attributes).map((name) => [name, linear(p, `heads.${name}`, seen.ref)]),
  );
  return { embedding: unit(linear(p, "heads.picture", seen)), logits };
}

/**
 * Places in the common space.
 * @param encoded places (`placeEncodingInto`), [n, 2, 2·octaves]
 * @returns unit vectors [n, space]
 */
export function scorerPlaces(config: ScorerConfig, p: Traced, encoded: Arr): Arr {
  const n = encoded.shape[0];
  return unit(perceptron(placeTower(config), subtree(p, "places"), encoded.reshape([n, -1])));
}
