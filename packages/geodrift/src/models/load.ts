/** Opens a model folder: `model.json`, `config.json`, `model.safetensors`, `encoder.safetensors`. */
import { createHash, type Hash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Runtime } from "@geodrift/compile";
import {
  convolutionalShapes,
  type GenerativeModel,
  generativeLocator,
  type Locator,
  type Parameters,
  paths,
  placeHeadShapes,
  placeWidth,
  type Schedule,
  schedules,
  velocityShapes,
} from "@geodrift/core";
import { type Encoder, placeEncoder } from "../encode/encoder.js";
import { readJsonFile } from "../schema/json-file.js";
import { suggestion } from "../schema/parse.js";
import { type ModelDescription, modelDescription, type ScheduleConfig, velocityConfig } from "./schema.js";
import { loadTensors } from "./tensor-file.js";

export interface LoadedModel {
  description: ModelDescription;
  /** The network behind the locator. */
  generative: GenerativeModel;
  /** Of all weights, hexadecimal. */
  sha256: string;
  encoder: Encoder;
  locator: Locator;
  dispose(): Promise<void>;
}

/** Models that come with the package. */
export const embeddedModels: readonly string[] = ["earth"];

/** The folder of a model given by name or by path. @throws Error naming the known models. */
export function modelFolder(nameOrFolder: string): string {
  if (embeddedModels.includes(nameOrFolder))
    return fileURLToPath(new URL(`../../models/${nameOrFolder}/`, import.meta.url));
  if (existsSync(nameOrFolder)) return nameOrFolder;
  throw new Error(`model "${nameOrFolder}" is neither known nor a folder${suggestion(nameOrFolder, embeddedModels)}`);
}

/** The schedule that a config names. Parameters are the sigmoid's; others have none. */
export function makeSchedule({ name, ...parameters }: ScheduleConfig): Schedule {
  return schedules[name](parameters);
}

/**
 * The network alone. A folder without `model.json` is one of the released layout, whose method and schedule are those of
 * the released models: Riemannian flow matching, sigmoid −7 … 3.
 * @throws Error in one sentence for a missing, truncated or non-numeric part
 */
export async function loadGenerativeModel(nameOrFolder: string, hash = createHash("sha256")): Promise<GenerativeModel> {
  const folder = modelFolder(nameOrFolder);
  const file = join(folder, "model.json");
  const { path, schedule } = existsSync(file)
    ? await readJsonFile(file, modelDescription)
    : ({ path: "riemannian-flow", schedule: { name: "sigmoid" } } as const);
  const config = await readJsonFile(join(folder, "config.json"), velocityConfig);
  const params = await readWeights(join(folder, "model.safetensors"), hash);
  checkShapes(join(folder, "model.safetensors"), params, velocityShapes(config));
  return { config, params, path: paths[path], schedule: makeSchedule(schedule) };
}

/** @throws Error in one sentence for a missing, truncated or non-numeric part */
export async function loadModel(nameOrFolder: string, runtime: Runtime): Promise<LoadedModel> {
  const folder = modelFolder(nameOrFolder);
  const description = await readJsonFile(join(folder, "model.json"), modelDescription);
  const hash = createHash("sha256");
  const generative = await loadGenerativeModel(folder, hash);
  const encoder = await readWeights(join(folder, "encoder.safetensors"), hash);
  const { trunk, places } = description.encoder;
  const cells = encoder["places.centres"]?.dims[0] ?? 0;
  const shapes = { ...convolutionalShapes(trunk), ...placeHeadShapes(places, trunk.embedding, cells) };
  checkShapes(join(folder, "encoder.safetensors"), encoder, shapes);
  const width = placeWidth(places);
  if (width !== generative.config.cond_dim)
    throw new Error(`${folder}: the encoder makes ${width} numbers, the network wants ${generative.config.cond_dim}`);
  const made = placeEncoder(description.encoder, encoder, runtime);
  const locator = generativeLocator(generative, { runtime });
  return {
    description,
    generative,
    sha256: hash.digest("hex"),
    encoder: made,
    locator,
    dispose: async () => {
      await made.dispose();
      await locator.dispose();
    },
  };
}

/** Weights to compute with: all of them numbers. */
async function readWeights(file: string, hash: Hash): Promise<Parameters> {
  const { tensors } = await loadTensors(file, hash);
  for (const [name, t] of Object.entries(tensors)) {
    const data = t.data as Float32Array;
    for (let i = 0; i < data.length; i++)
      if (!Number.isFinite(data[i]))
        throw new Error(`${file}: weight ${i} of "${name}" is ${data[i]}, not a number to compute with`);
  }
  return tensors;
}

function checkShapes(file: string, have: Parameters, want: Record<string, number[]>): void {
  for (const [name, shape] of Object.entries(want)) {
    if (!have[name]) throw new Error(`${file}: the tensor "${name}" is missing`);
    if (have[name].dims.join() !== shape.join())
      throw new Error(`${file}: "${name}" should be [${shape}] by the config, got [${have[name].dims}]`);
  }
}
