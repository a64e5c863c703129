/**
 * From a trained encoder state to the frozen encoder: its features are cut down to their principal components, exact in
 * all but the directions dropped, and the place head is put behind them.
 */
import { compile, type Runtime, type Tensor, tensor } from "@geodrift/compile";
import {
  convolutional,
  convolutionalShapes,
  Generator,
  type Parameters,
  peakColumn,
  placeFeatures,
  placeWidth,
  type Traced,
  type Vec3,
  withCellFeatures,
} from "@geodrift/core";
import type { numpy as np } from "@jax-js/jax";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Raster } from "../earth/raster.js";
import type { PlaceEncoderConfig } from "../encode/config.js";
import { encodePlanes } from "../encode/network-encoder.js";
import { viewBatches } from "./batches/worker-batches.js";
import type { EarthTraining } from "./config.js";

/** An encoder that learns no more: embeddings of places for locators to learn from. */
export interface FrozenEncoder {
  config: PlaceEncoderConfig;
  /** Weights by state-dict name. */
  params: Parameters;
}

/** Most batches of views whose statistics decide the components and the standardization. */
const maxBatches = 40;
const batch = 256;

/** Views that decide the components and the standardization: pixels of every batch, [256, 3, size, size]. */
export async function sampleViews(training: EarthTraining, rasters: readonly Raster[]): Promise<Tensor[]> {
  const { encoder, views } = training.encoder;
  const batches = Math.min(maxBatches, Math.ceil(training.embedded / batch));
  const planes: Tensor[] = [];
  for await (const b of viewBatches(rasters, { ...views, seed: views.seed + 2 }, 0, batch)) {
    planes.push(tensor(b.pixels, [batch, 3, encoder.size, encoder.size]));
    if (planes.length === batches) break;
  }
  return planes;
}

/** Trunk and cells that learn no more, as the place head stands on them. */
export interface FrozenTrunk {
  config: PlaceEncoderConfig["trunk"];
  /** Weights of the trunk and of the cells (`places.cells`), and the centres of these (`places.centres`). */
  params: Parameters;
}

/**
 * Trunk and cells of a trained encoder, whose features are reduced to `rank` principal components.
 * @param trained weights of the encoder and of the cells
 * @param cells unit vectors of the classes
 * @param planes of `sampleViews`
 */
export async function reducedTrunk(
  training: EarthTraining,
  trained: Parameters,
  cells: readonly Vec3[],
  planes: readonly Tensor[],
  runtime: Runtime,
): Promise<FrozenTrunk> {
  const { encoder: trunk } = training.encoder;
  const features = compile<[Parameters, Tensor], Tensor>((p: Traced, x: np.Array) => convolutional(trunk, p, x), {
    runtime,
  });
  const seen = await rowsOf(planes, (x) => features(trained, x));
  await features.dispose();
  const reduced = reduceRank(trained, seen, Math.min(training.rank, trunk.embedding));
  const centres = tensor(Float32Array.from(cells.flat()), [cells.length, 3]);
  return {
    config: { ...trunk, embedding: reduced["head.2.bias"].size },
    params: { ...reduced, "places.centres": centres },
  };
}

/** Trunk and cells of an encoder that has been frozen before, without its place head. */
export function trunkOf({ config, params }: FrozenEncoder): FrozenTrunk {
  const kept = [
    ...Object.keys(convolutionalShapes(config.trunk)),
    ...["cells.weight", "cells.bias", "centres"].map((name) => `places.${name}`),
  ];
  return { config: config.trunk, params: Object.fromEntries(kept.map((name) => [name, params[name]])) };
}

/**
 * Puts the place head behind trunk and cells, with embeddings that are standardized to mean zero and variance one over
 * the given views.
 * @param peak weights of what is told of the posterior's peak, where that is told
 * @param planes of `sampleViews`
 */
export async function withPlaceHead(
  trunk: FrozenTrunk,
  peak: Parameters,
  { encoder: { views }, places }: EarthTraining,
  planes: readonly Tensor[],
  runtime: Runtime,
): Promise<FrozenEncoder> {
  const config: PlaceEncoderConfig = { kind: "places", trunk: trunk.config, places };
  const width = placeWidth(places);
  const random = placeFeatures(places.features, new Generator(views.seed, 3));
  const params: Parameters = {
    ...trunk.params,
    ...peak,
    "places.frequencies": random.frequencies,
    "places.phases": random.phases,
    "places.mean": tensor(new Float32Array(width), [width]),
    "places.scale": tensor(new Float32Array(width).fill(1), [width]),
  };
  const embed = compile<[Parameters, Tensor], Tensor>((p: Traced, x: np.Array) => encodePlanes(config, p, x), {
    runtime,
  });
  const complete = withCellFeatures(params);
  const embeddings = await rowsOf(planes, (x) => embed(complete, x));
  await embed.dispose();
  const { mean, deviation } = moments(embeddings);
  // The peak's centre stays a unit vector, for networks that look from there.
  const column = peakColumn(places);
  const asItIs = (i: number) => places.peak !== undefined && i >= column && i < column + 3;
  params["places.mean"] = tensor(
    Float32Array.from(mean, (m, i) => (asItIs(i) ? 0 : m)),
    [width],
  );
  params["places.scale"] = tensor(
    Float32Array.from(deviation, (d, i) => (asItIs(i) ? 1 : 1 / Math.max(d, 1e-3))),
    [width],
  );
  return { config, params };
}

/** Rows of every batch's result, one below the other. */
async function rowsOf(planes: readonly Tensor[], run: (x: Tensor) => Promise<Tensor>): Promise<Matrix> {
  const rows: Float32Array[] = [];
  for (const x of planes) {
    const out = await run(x);
    const [n, width] = out.dims;
    for (let i = 0; i < n; i++) rows.push((out.data as Float32Array).subarray(i * width, (i + 1) * width));
  }
  return new Matrix(rows.map((r) => Array.from(r)));
}

/** Mean and standard deviation of every column. */
export function moments(x: Matrix): { mean: number[]; deviation: number[] } {
  return { mean: x.mean("column"), deviation: x.standardDeviation("column") };
}

/**
 * With h ≈ μ + U Uᵀ(h − μ) for the first principal components U, the last layer of the head makes Uᵀ(h − μ), and the
 * cells' layer takes it.
 */
function reduceRank(p: Parameters, h: Matrix, rank: number): Parameters {
  const mean = h.mean("column");
  const centred = Matrix.sub(h, Matrix.ones(h.rows, 1).mmul(Matrix.rowVector(mean)));
  const covariance = centred.transpose().mmul(centred).div(h.rows);
  const { eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const width = h.columns;
  // Eigenvalues come in rising order.
  const u = eigenvectorMatrix.subMatrix(0, width - 1, width - rank, width - 1);
  const mu = Matrix.columnVector(mean);
  const matrix = (name: string) => {
    const t = p[name];
    const [rows, columns] = t.dims.length === 1 ? [t.dims[0], 1] : t.dims;
    return Matrix.from1DArray(rows, columns, Array.from(t.data as Float32Array));
  };
  const cells = matrix("cells.weight");
  const stored = (m: Matrix, vector = false) =>
    tensor(Float32Array.from(m.to1DArray()), vector ? [m.rows] : [m.rows, m.columns]);
  const rest = Object.fromEntries(Object.entries(p).filter(([name]) => !/^(cells|features|head\.2)\./.test(name)));
  return {
    ...rest,
    "head.2.weight": stored(u.transpose().mmul(matrix("head.2.weight"))),
    "head.2.bias": stored(u.transpose().mmul(Matrix.sub(matrix("head.2.bias"), mu)), true),
    "places.cells.weight": stored(cells.mmul(u)),
    "places.cells.bias": stored(Matrix.add(matrix("cells.bias"), cells.mmul(mu)), true),
  };
}
