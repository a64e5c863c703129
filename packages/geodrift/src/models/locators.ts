/** Opens the locator that a model folder describes: one entry for each method. */
import type { Hash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Runtime } from "@geodrift/compile";
import {
  cellClasses,
  cellClassifierShapes,
  cellLocator,
  exactSearch,
  flowAndNeighboursLocator,
  type GenerativeModel,
  generativeLocator,
  type Locator,
  type Parameters,
  type PathName,
  paths,
  quadtreeFromDepths,
  type RetrievalIndex,
  regressionLocator,
  regressionShapes,
  retrievalLocator,
  type SafetensorsHeader,
  type Schedule,
  schedules,
  uniformLocator,
  type VelocityConfig,
  velocityShapes,
  vonMisesFisherLocator,
  vonMisesFisherShapes,
  zeroShotLocator,
  zeroShotShapes,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { z } from "zod";
import { readJsonFile } from "../files/json-file.js";
import { cannotRead } from "../files/system-error.js";
import { parseWith } from "../files/validation.js";
import { diskSearch, indexSource } from "./disk-index.js";
import {
  type ModelDescription,
  modelDescription,
  pathName,
  perceptronConfig,
  type ScheduleConfig,
  scheduleConfig,
  velocityConfig,
  vonMisesFisherConfig,
  widthConfig,
  zeroShotConfig,
} from "./schema.js";
import { readTensorHeader, weightsFile } from "./tensor-file.js";
import { readWeights } from "./weights.js";

/** The noise schedule that a config names; its parameters are the sigmoid's, others have none. */
export function makeSchedule({ name, ...parameters }: ScheduleConfig): Schedule {
  return schedules[name](parameters);
}

/** Name of the tensor that keeps the quadtree of a model over cells: depths of its leaves, [leaves]. */
export const treeTensor = "tree.depths";

/**
 * Names of the tensors that keep the index of a retrieval model: embeddings [n, width], and unit vectors of their places
 * [n, 3].
 */
export const indexTensors = { embeddings: "index.embeddings", places: "index.places" } as const;

const indexShapes = (tensors: Parameters, width: number): Record<string, number[]> => {
  const n = tensors[indexTensors.places]?.dims[0] ?? 0;
  return { [indexTensors.embeddings]: [n, width], [indexTensors.places]: [n, 3] };
};

const indexOf = (stored: Parameters): RetrievalIndex => ({
  embeddings: stored[indexTensors.embeddings].data as Float32Array,
  places: stored[indexTensors.places].data as Float32Array,
});

/** The weights of a flow, without the index beside them. */
const flowWeights = (stored: Parameters): Parameters =>
  Object.fromEntries(Object.entries(stored).filter(([name]) => !name.startsWith("index.")));

/** A locator that is known to have a density. */
export function withDensity(locator: Locator): Locator & Required<Pick<Locator, "logProb">> {
  const { logProb } = locator;
  if (!logProb) throw new TypeError("this locator has no density");
  return { ...locator, logProb };
}

const weightsOf = (folder: string) => join(folder, "model.safetensors");
const configOf = (folder: string) => join(folder, "config.json");

type GenerativeDescription = Extract<ModelDescription, { method: "generative" }>;

const methodMetadata = z.object({ path: pathName, schedule: scheduleConfig });

/** Where `export` puts the method of a model into a file of the released layout, which has no other place for it. */
export const methodKey = "geodrift";

/**
 * The method of a folder or file of the released layout: what an export of ours wrote into it, else by the name of the
 * folder (`…_flow`, `…_diffusion`, as the released ones are called), else Riemannian flow matching.
 */
async function releasedMethod(folder: string): Promise<Pick<GenerativeDescription, "path" | "schedule">> {
  const { metadata } = await readTensorHeader(await weightsFile(folder));
  if (metadata[methodKey]) return parseWith(methodMetadata, JSON.parse(metadata[methodKey]), folder);
  const [, suffix] = /_(flow|diffusion)$/.exec(basename(resolve(folder))) ?? [];
  return { path: (suffix ?? "riemannian-flow") as PathName, schedule: { name: "sigmoid" } };
}

/**
 * Path and schedule of a flow or diffusion, in a folder with `model.json` or of the released layout, which has none.
 * @throws GeodriftError `model` if the method is another, `data` or `file` if what says so cannot be read
 */
export async function generativeMethod(
  folder: string,
  described?: ModelDescription,
): Promise<Pick<GenerativeDescription, "path" | "schedule">> {
  const file = join(folder, "model.json");
  const description = described ?? (existsSync(file) ? await readJsonFile(file, modelDescription) : undefined);
  if (!description) return releasedMethod(folder);
  if (description.method !== "generative")
    throw new GeodriftError(
      "model",
      `${folder}: a flow or a diffusion is needed, this model's method is ${description.method}`,
    );
  return description;
}

/**
 * The network of a flow or diffusion, of a folder or of a file of weights.
 * @param hash is fed the weights
 * @param described what the model says of itself, in place of its `model.json`
 * @throws GeodriftError `model` if the method is another or a tensor is missing, of another shape or not finite; `data`,
 * `file` or `not-found` if a file cannot be read
 */
export async function openGenerative(
  folder: string,
  hash: Hash,
  described?: ModelDescription,
): Promise<GenerativeModel> {
  const { path, schedule } = await generativeMethod(folder, described);
  const weights = await weightsFile(folder);
  const config =
    weights === folder
      ? velocityConfigOf(await readTensorHeader(weights), weights)
      : await readJsonFile(configOf(folder), velocityConfig);
  const params = await readWeights(weights, hash, () => velocityShapes(config));
  return { config, params, path: paths[path], schedule: makeSchedule(schedule) };
}

/** The sizes of a velocity network, read off the shapes of its weights. */
function velocityConfigOf({ entries }: SafetensorsHeader, file: string): VelocityConfig {
  const shapeOf = (name: string): number[] => {
    const entry = entries.find((e) => e.name === name);
    if (!entry) throw new GeodriftError("model", `${file}: the tensor "${name}" is missing`);
    return entry.shape;
  };
  const [dim, into] = shapeOf("initial_mapper.weight");
  const [input_dim] = shapeOf("final_linear.bias");
  if (into !== input_dim)
    throw new GeodriftError(
      "model",
      `${file}: looks at points from a place in its embedding, and the config.json that says from where is missing`,
    );
  return {
    input_dim,
    dim,
    depth: entries.filter((e) => /^blocks\.\d+\.mlp\.0\.weight$/.test(e.name)).length,
    expansion: shapeOf("blocks.0.mlp.0.weight")[0] / dim,
    cond_dim: shapeOf("cond_mapper.weight")[1],
  };
}

/**
 * Reads a model's weights and opens the locator of its method.
 * @param hash is fed the weights
 * @throws GeodriftError `model`, `data`, `file` or `not-found` for a missing, truncated or non-numeric part
 */
export async function openLocator(
  folder: string,
  description: ModelDescription,
  hash: Hash,
  runtime: Runtime,
): Promise<Locator> {
  // A plan of the memory of a run doubles what a session keeps, and saves no time that could be measured.
  const options = { runtime, session: { enableMemPattern: false } };
  switch (description.method) {
    case "generative":
      return generativeLocator(await openGenerative(folder, hash, description), options);
    case "regression": {
      const config = await readJsonFile(configOf(folder), perceptronConfig);
      const params = await readWeights(weightsOf(folder), hash, () => regressionShapes(config));
      return regressionLocator(config, params, options);
    }
    case "von-mises-fisher": {
      const config = await readJsonFile(configOf(folder), vonMisesFisherConfig);
      const params = await readWeights(weightsOf(folder), hash, () => vonMisesFisherShapes(config));
      return vonMisesFisherLocator(config, params, options);
    }
    case "cells": {
      const { depths, offsets } = description;
      const perceptron = await readJsonFile(configOf(folder), perceptronConfig);
      const params = await readWeights(weightsOf(folder), hash, (tensors) => {
        if (!tensors[treeTensor])
          throw new GeodriftError("model", `${weightsOf(folder)}: the tensor "${treeTensor}" is missing`);
        const tree = quadtreeFromDepths(tensors[treeTensor].data as Int32Array);
        return cellClassifierShapes({ ...perceptron, classes: cellClasses(tree, depths), offsets });
      });
      const { [treeTensor]: stored, ...weights } = params;
      const tree = quadtreeFromDepths(stored.data as Int32Array);
      const config = { ...perceptron, classes: cellClasses(tree, depths), offsets };
      return cellLocator(config, weights, tree, depths, options);
    }
    case "retrieval": {
      const { cond_dim } = await readJsonFile(configOf(folder), widthConfig);
      const { neighbours, disk } = description;
      if (disk) {
        // What stands for the table, which is too large to be read whenever it is opened.
        const source = join(folder, indexSource);
        hash.update(await readFile(source).catch(cannotRead(source))).update(JSON.stringify(disk));
        return retrievalLocator(await diskSearch(folder, cond_dim, neighbours, disk));
      }
      const index = await readWeights(weightsOf(folder), hash, (tensors) => indexShapes(tensors, cond_dim));
      return retrievalLocator(exactSearch(indexOf(index), cond_dim, neighbours, options));
    }
    case "flow-and-neighbours": {
      const config = await readJsonFile(configOf(folder), velocityConfig);
      const { path, schedule } = description;
      const stored = await readWeights(weightsOf(folder), hash, (tensors) => ({
        ...velocityShapes(config),
        ...indexShapes(tensors, config.cond_dim),
      }));
      const flow = generativeLocator(
        { config, params: flowWeights(stored), path: paths[path], schedule: makeSchedule(schedule) },
        options,
      );
      const search = exactSearch(indexOf(stored), config.cond_dim, description.neighbours, options);
      return flowAndNeighboursLocator(withDensity(flow), search, description);
    }
    case "zero-shot": {
      const config = await readJsonFile(configOf(folder), zeroShotConfig);
      const tensors = await readWeights(weightsOf(folder), hash, (stored) => {
        const count = (name: string) => stored[name]?.dims[0] ?? 0;
        return zeroShotShapes(config, count("countries.texts"), count("cities.texts"));
      });
      return zeroShotLocator(config, tensors, options);
    }
    case "uniform":
      return uniformLocator((await readJsonFile(configOf(folder), widthConfig)).cond_dim);
  }
}
