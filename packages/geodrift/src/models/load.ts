/** Opens a model: one that comes along, one that was fetched, a folder, or a file of the released layout. */

import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import type { GenerativeModel, Locator } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import type { Encoder } from "../encode/encoder.js";
import { readJsonFile } from "../files/json-file.js";
import { suggestion } from "../files/validation.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import { folderInCache, pulledOf } from "./cache.js";
import { embeddedFolder, embeddedModels } from "./embedded.js";
import { type EncoderSource, encoderSource, openEncoder } from "./encoders.js";
import { type Familiarity, readFamiliarity } from "./familiarity.js";
import { generativeMethod, openGenerative, openLocator } from "./locators.js";
import { modelRegistry, zeroShotModels } from "./model-registry.js";
import { type ModelDescription, modelDescription } from "./schema.js";

/** A model with its encoder, ready to locate. */
export interface LoadedModel {
  description: ModelDescription;
  /** Of all weights, hexadecimal. */
  sha256: string;
  encoder: Encoder;
  locator: Locator;
  /** What it has learned from, by which it tells other pictures; undefined where its encoder tells them, and for models that cannot. */
  familiarity?: Familiarity;
  /** Frees the encoder, the network and their sessions. */
  dispose(): Promise<void>;
}

/** What is asked of a model besides its name. */
export interface ModelOptions {
  /** An encoder in place of the model's own, as `encoderSource` takes it. */
  encoder?: string;
}

/** Is it the name of a model, rather than a path? */
export const isModelName = (text: string): boolean =>
  embeddedModels.includes(text) || text in modelRegistry || text in zeroShotModels;

/**
 * Is the text the name of a model, or a path that exists?
 * @throws GeodriftError `option` naming the known models if it is neither
 */
export function checkModelName(text: string): void {
  const known = [...embeddedModels, ...Object.keys(modelRegistry), ...Object.keys(zeroShotModels)];
  if (!isModelName(text) && !existsSync(text))
    throw new GeodriftError(
      "option",
      `model "${text}" is neither known nor a folder or file${suggestion(text, known)}`,
    );
}

/**
 * The folder, or the file of weights, of a model given by name or by path.
 * @throws GeodriftError `option` naming the known models if it is neither, `model`, saying how to fetch it, if it is not
 * here yet
 */
export function modelFolder(text: string): string {
  checkModelName(text);
  if (embeddedModels.includes(text)) return embeddedFolder(text);
  if (!isModelName(text)) return text;
  if (!pulledOf(text))
    throw new GeodriftError(
      "model",
      `${text} has not been fetched yet: "geodrift models pull ${text}" does it, once, over the internet; earth, which comes along, is for views from above`,
    );
  return folderInCache(text);
}

/**
 * The network of a flow or diffusion alone, also of the released layout, without an encoder.
 * @throws GeodriftError as `modelFolder`; `model` if the method is another or the weights are damaged
 */
export const loadGenerativeModel = (text: string): Promise<GenerativeModel> =>
  openGenerative(modelFolder(text), createHash("sha256"), modelRegistry[text]?.description);

/**
 * The path and the schedule of a flow or diffusion, also of the released layout.
 * @throws GeodriftError as `modelFolder`; `model` if the method is another
 */
export const describeGenerative = (text: string): ReturnType<typeof generativeMethod> =>
  generativeMethod(modelFolder(text), modelRegistry[text]?.description);

/** What a name, a folder or a file stands for, before anything of its weights is read. */
export interface ResolvedModel {
  /** As it was named. */
  name: string;
  /** Its folder, or its file of weights. */
  folder: string;
  description: ModelDescription;
  /** The encoder that its pictures pass. */
  encoder: EncoderSource;
}

/**
 * Finds a model and reads what it says of itself.
 * @param text name, folder, or file of the released layout
 * @throws GeodriftError `option` for what is none, `model` for one that has not been fetched or is damaged, or for one of the
 * released layout, which says nothing, if no encoder is named
 */
export async function resolveModel(text: string, { encoder: named }: ModelOptions = {}): Promise<ResolvedModel> {
  const folder = modelFolder(text);
  const own = named === undefined ? undefined : await encoderSource(named);
  const described = await describe(text, folder);
  if (described) {
    const description = own ? { ...described, encoder: own.config } : described;
    return { name: text, folder, description, encoder: own ?? { config: described.encoder, folder } };
  }
  if (!own)
    throw new GeodriftError(
      "model",
      `${text}: has no model.json, and --encoder does not say which encoder its pictures pass; those of the released models are dinov2-vitl14-reg and streetclip`,
    );
  const description: ModelDescription = {
    method: "generative",
    name: text,
    description: "a network of the released layout",
    licence: "not stated",
    encoder: own.config,
    ...(await generativeMethod(folder)),
  };
  return { name: text, folder, description, encoder: own };
}

/** What a model that is known, or that has a `model.json`, says of itself. */
async function describe(text: string, folder: string): Promise<ModelDescription | undefined> {
  const known = modelRegistry[text];
  if (known) return known.description;
  const file = join(folder, "model.json");
  return statSync(folder).isDirectory() && existsSync(file) ? readJsonFile(file, modelDescription) : undefined;
}

/**
 * What a model says of itself, without its weights.
 * @throws GeodriftError as `resolveModel`
 */
export const describeModel = async (text: string, options: ModelOptions = {}): Promise<ModelDescription> =>
  (await resolveModel(text, options)).description;

/**
 * Reads a model's weights and opens it with its encoder.
 * @param runtime ONNX Runtime; the best that this machine has if left out
 * @throws GeodriftError `model`, `data`, `file` or `not-found` for a missing, truncated or non-numeric part, `model` for
 * an encoder of another width
 */
export async function openModel(
  { name, folder, description, encoder: source }: ResolvedModel,
  runtime?: Runtime,
): Promise<LoadedModel> {
  const own = runtime ?? (await onnxRuntime());
  const hash = createHash("sha256");
  const locator = await openLocator(folder, description, hash, own);
  const encoder = await openEncoder(source, own);
  if (encoder.width !== locator.width)
    throw new GeodriftError(
      "model",
      `${name}: the encoder makes ${encoder.width} numbers, the network takes ${locator.width}`,
    );
  // What decides answers beside the weights.
  if (description.regions) hash.update(JSON.stringify(description.regions));
  const isFolder = statSync(folder).isDirectory();
  const familiarity = isFolder ? await readFamiliarity(folder, encoder.width, hash) : undefined;
  return {
    description,
    familiarity,
    sha256: hash.update(encoder.sha256).digest("hex"),
    encoder,
    locator,
    dispose: async () => {
      await encoder.dispose();
      await locator.dispose();
    },
  };
}

/**
 * Opens a model: one that comes along, one that was fetched, a folder, or a file of the released layout.
 * @param text name, folder or file
 * @param options an encoder in place of the model's own; ONNX Runtime if it is to be another than the best that this machine has
 * @throws GeodriftError as `resolveModel` and `openModel`
 * @example
 * ```js
 * import { loadModel } from "geodrift";
 * const model = await loadModel("earth");
 * console.log(model.description.description);
 * await model.dispose();
 * ```
 */
export const loadModel = async (
  text: string,
  { runtime, ...options }: ModelOptions & { runtime?: Runtime } = {},
): Promise<LoadedModel> => openModel(await resolveModel(text, options), runtime);
