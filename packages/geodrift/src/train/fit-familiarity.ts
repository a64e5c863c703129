import { Generator } from "@geodrift/core";
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { type Familiarity, squaredDistance } from "../models/familiarity.js";
import type { Embedded } from "./embeddings.js";

/** Fewer say nothing of where nearly all lie. */
const leastPictures = 100;
/** More say no more, and take their time. */
const mostPictures = 20_000;
/** Of the mean variance, what is added to that of every direction: of a few hundred pictures most directions are unknown. */
const shrinkage = 0.05;
/** Share of those that are not fitted to, and of these the share that is inside. */
const [heldOut, inside] = [0.2, 0.99];

/**
 * Fits a normal distribution to embeddings, and sees on a fifth of them how far from it pictures lie that are like them.
 * @returns undefined for fewer than 100 pictures
 */
export function fitFamiliarity({ width, embeddings }: Pick<Embedded, "width" | "embeddings">): Familiarity | undefined {
  const all = embeddings.length / width;
  if (all < leastPictures) return undefined;
  // Tables are sorted by where their pictures come from: a random part of them is like them all.
  const random = new Generator(0, 3);
  const rows = Array.from({ length: all }, (_, row) => ({ row, at: random.uniform() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, mostPictures)
    .map(({ row }) => embeddings.subarray(row * width, (row + 1) * width));
  const fitted = rows.slice(Math.ceil(heldOut * rows.length));
  const mean = new Float32Array(width);
  for (const row of fitted) for (let i = 0; i < width; i++) mean[i] += row[i] / fitted.length;
  const centred = new Matrix(fitted.map((row) => row.map((x, i) => x - mean[i])));
  const covariance = centred.transpose().mmul(centred).div(fitted.length);
  const variance = covariance.trace() / width;
  // Without any spread at all whatever differs is another.
  covariance.mul(1 - shrinkage).add(Matrix.eye(width).mul(shrinkage * variance + 1e-12));
  const { lowerTriangularMatrix } = new CholeskyDecomposition(covariance);
  const factor = Float32Array.from(lowerTriangularMatrix.to1DArray());
  const distances = rows
    .slice(0, rows.length - fitted.length)
    .map((row) => squaredDistance({ mean, factor }, row))
    .sort((a, b) => a - b);
  return { pictures: all, mean, factor, edge: distances[Math.ceil(inside * distances.length) - 1] };
}
