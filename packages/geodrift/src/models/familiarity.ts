/**
 * Is a picture like those that a model has learned from? Told by its embedding: the Mahalanobis distance from theirs (Lee et al. 2018),
 * beside the distance within which nearly all of theirs lie.
 */
import type { Hash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { tensor } from "@geodrift/compile";
import type { Parameters } from "@geodrift/core";
import type { Domain } from "../encode/encoder.js";
import { readWeights } from "./weights.js";

/** The file in a model's folder. */
export const familiarityFile = "familiar.safetensors";

/** A normal distribution of embeddings. */
export interface Familiarity {
  /** How many pictures it was learned from. */
  pictures: number;
  /** Mean of the embeddings, [width]. */
  mean: Float32Array;
  /** Lower triangle of the Cholesky factor of their covariance, [width, width]. */
  factor: Float32Array;
  /** Squared distance within which 99 % of embeddings lie that it was not fitted to. */
  edge: number;
}

/**
 * Squared Mahalanobis distance of an embedding from the mean, by forward substitution.
 * @param x [width]
 */
export function squaredDistance({ mean, factor }: Pick<Familiarity, "mean" | "factor">, x: Float32Array): number {
  const width = mean.length;
  const y = new Float64Array(width);
  let sum = 0;
  for (let i = 0; i < width; i++) {
    let rest = x[i] - mean[i];
    for (let k = 0; k < i; k++) rest -= factor[i * width + k] * y[k];
    y[i] = rest / factor[i * width + i];
    sum += y[i] * y[i];
  }
  return sum;
}

/**
 * What a model says of pictures by their embeddings.
 * @param embeddings [pictures, width]
 * @returns for each picture the log of how much likelier its embedding is than one at the edge, which counts as its odds
 */
export function domainsOf(familiarity: Familiarity, embeddings: Float32Array): Domain[] {
  const width = familiarity.mean.length;
  return Array.from({ length: embeddings.length / width }, (_, i) => {
    const distance = squaredDistance(familiarity, embeddings.subarray(i * width, (i + 1) * width));
    const logOdds = (familiarity.edge - distance) / 2;
    return {
      of: `any of the ${familiarity.pictures} pictures that it has learned from`,
      logOdds,
      inside: logOdds >= 0,
    };
  });
}

/** As tensors of a file. */
export const familiarityTensors = ({ pictures, mean, factor, edge }: Familiarity): Parameters => ({
  "familiar.mean": tensor(mean, [mean.length]),
  "familiar.factor": tensor(factor, [mean.length, mean.length]),
  "familiar.about": tensor(Float32Array.of(pictures, edge), [2]),
});

/**
 * What a model's folder says of the pictures that it has learned from; undefined where it says nothing.
 * @param width of its embeddings
 * @throws GeodriftError as `readWeights`
 */
export async function readFamiliarity(
  folder: string,
  width: number,
  hash: Pick<Hash, "update">,
): Promise<Familiarity | undefined> {
  const file = join(folder, familiarityFile);
  if (!existsSync(file)) return undefined;
  const tensors = await readWeights(file, hash, () => ({
    "familiar.mean": [width],
    "familiar.factor": [width, width],
    "familiar.about": [2],
  }));
  const of = (name: string) => tensors[`familiar.${name}`].data as Float32Array;
  const [pictures, edge] = of("about");
  return { pictures, mean: of("mean"), factor: of("factor"), edge };
}
