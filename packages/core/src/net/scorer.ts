/**
 * What judges pictures of places: whether a picture fits a place, and which words fit it. Two towers meet in one space, as in
 * contrastive models of pictures and coordinates (Feng et al. 2025, §A.1; Vivanco Cepeda et al. 2023), and linear classifiers stand
 * on the picture's tower. It is trained on real views and frozen: nothing that it judges has learned from it.
 */
import { numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";
import { type ConvolutionalConfig, convolutional, convolutionalShapes, initConvolutional } from "./convolutional.js";
import { constant, linear } from "./layers.js";
import { type Parameters, prefixed, subtree, type Traced, uniformInit, zeros } from "./parameters.js";
import { initPerceptron, type PerceptronConfig, perceptron, perceptronShapes } from "./perceptron.js";
import { placeEncodingWidth } from "./place-encoding.js";

type Arr = np.Array;

export interface ScorerConfig {
  trunk: ConvolutionalConfig;
  /** Octaves of the place encoding. */
  octaves: number;
  /** Of the coordinates' tower. */
  places: { dim: number; depth: number };
  /** Width of the common space. */
  space: number;
  /** Attributes by name, each with its classes. */
  attributes: Readonly<Record<string, number>>;
  /** Cosines are divided by it. */
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

/** Places in the common space. @param encoded [n, 2, 2·octaves] */
export function scorerPlaces(config: ScorerConfig, p: Traced, encoded: Arr): Arr {
  const n = encoded.shape[0];
  return unit(perceptron(placeTower(config), subtree(p, "places"), encoded.reshape([n, -1])));
}
