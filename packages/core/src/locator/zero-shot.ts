import { type CompileOptions, compile, type Tensor, tensor } from "@geodrift/compile";
import { nn, numpy as np } from "@jax-js/jax";
import { constant } from "../net/layers.js";
import type { Parameters, Traced } from "../net/parameters.js";
import { affineNorm } from "../net/transformer.js";
import { Generator } from "../random/generator.js";
import type { Locator } from "./locator.js";

type Arr = np.Array;

/** `config.json` of a zero-shot model. */
export interface ZeroShotConfig {
  /** Width of an image's class token, as the image tower leaves it. */
  cond_dim: number;
  /** Width of the space that images share with texts. */
  projection: number;
  /** Factor of cosines in front of the softmax: CLIP's inverse temperature. */
  scale: number;
}

/**
 * Names and shapes of the tensors of a zero-shot model: what leads images to texts, the embeddings of the texts of
 * countries and cities, and of every city the index of its country (int32) and its place (unit vector).
 * @param countries number of countries
 * @param cities number of cities
 */
export const zeroShotShapes = (
  { cond_dim, projection }: ZeroShotConfig,
  countries: number,
  cities: number,
): Record<string, number[]> => ({
  "image.norm.weight": [cond_dim],
  "image.norm.bias": [cond_dim],
  "image.matrix": [projection, cond_dim],
  "countries.texts": [countries, projection],
  "cities.texts": [cities, projection],
  "cities.country": [cities],
  "cities.places": [cities, 3],
});

/** Names of the tensors that are not weights: indices of countries, and places. */
export const zeroShotBuffers: readonly string[] = ["cities.country", "cities.places"];

const unit = (x: Arr): Arr => x.ref.mul(np.reciprocal(np.sqrt(x.ref.mul(x).sum(-1, { keepdims: true }))));

/**
 * Log probabilities of texts for images, by cosines and a softmax (Radford et al. 2021, §3.1.2).
 * @param embeddings class tokens [n, cond_dim]
 * @returns of countries [n, countries], and cosines of cities times the scale [n, cities]
 */
function scores({ scale }: ZeroShotConfig, p: Traced, embeddings: Arr): [Arr, Arr] {
  const seen = np.matmul(affineNorm(p, "image.norm", embeddings, 1e-5), np.transpose(p["image.matrix"].ref));
  const image = unit(seen);
  const cosines = (name: string) =>
    np.matmul(image.ref, np.transpose(unit(p[name].ref))).mul(constant(image, scale)) as Arr;
  return [nn.logSoftmax(cosines("countries.texts"), -1), cosines("cities.texts")];
}

/**
 * Zero-shot location by text prompts: first the country, then a city of it (softmaxes over cosines, as in Radford et al.
 * 2021, §3.1.2). The probability lies all in the places of cities, so there is no density. Embeddings are class tokens,
 * [images, cond_dim].
 * @param tensors by the names of `zeroShotShapes`
 */
export function zeroShotLocator(config: ZeroShotConfig, tensors: Parameters, options: CompileOptions): Locator {
  const { "cities.country": numbers, "cities.places": places, ...weights } = tensors;
  const countryOf = numbers.data as Int32Array;
  const points = places.data as Float32Array;
  const run = compile<[Parameters, Tensor], [Tensor, Tensor]>((p: Traced, c: Arr) => scores(config, p, c), options);
  return {
    width: config.cond_dim,
    async sample(embeddings, n, { seed }) {
      const images = embeddings.length / config.cond_dim;
      const out = await run(weights, tensor(embeddings, [images, config.cond_dim]));
      const [countries, cities] = out.map((t) => t.data as Float32Array);
      const all = new Float64Array(3 * n * images);
      for (let i = 0; i < images; i++) {
        const shares = citiesGiven(
          countries.subarray((i * countries.length) / images, ((i + 1) * countries.length) / images),
          cities.subarray(i * countryOf.length, (i + 1) * countryOf.length),
          countryOf,
        );
        // The same random numbers for every image: results do not depend on what else is in the batch.
        const random = new Generator(seed);
        for (let k = 0; k < n; k++) {
          let [city, left] = [0, random.uniform()];
          while (city < shares.length - 1 && left >= shares[city]) left -= shares[city++];
          for (let d = 0; d < 3; d++) all[3 * (i * n + k) + d] = points[3 * city + d];
        }
      }
      return all;
    },
    dispose: () => run.dispose(),
  };
}

/**
 * Probabilities of cities: that of the country, times the softmax over the cities of that country. They add up to one if
 * every country has a city.
 * @param countryLogProbs log probabilities in nats, [countries]
 * @param cityScores logits, [cities]
 * @param countryOf index of each city's country, [cities]
 * @returns [cities]
 */
export function citiesGiven(
  countryLogProbs: ArrayLike<number>,
  cityScores: ArrayLike<number>,
  countryOf: ArrayLike<number>,
): Float64Array {
  const [tops, sums] = [new Float64Array(countryLogProbs.length).fill(-1e30), new Float64Array(countryLogProbs.length)];
  for (let i = 0; i < cityScores.length; i++) tops[countryOf[i]] = Math.max(tops[countryOf[i]], cityScores[i]);
  for (let i = 0; i < cityScores.length; i++) sums[countryOf[i]] += Math.exp(cityScores[i] - tops[countryOf[i]]);
  return Float64Array.from({ length: cityScores.length }, (_, i) => {
    const c = countryOf[i];
    return (Math.exp(countryLogProbs[c]) * Math.exp(cityScores[i] - tops[c])) / sums[c];
  });
}
