/** Opens a model: one that comes along, one that was fetched, a folder, or a file of the released layout. */

import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import type { GenerativeModel, Locator } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core";
import type { Encoder } from "../encode/encoder.js";
import { readJsonFile } from "../files/json-file.js";
import { suggestion } from "../files/validation.js";
import { folderInCache, pulledOf } from "./cache.js";
import { embeddedFolder, embeddedModels } from "./embedded.js";
import { encoderSource, openEncoder } from "./encoders.js";
import { knownModels, zeroShotModels } from "./known-models.js";
import { generativeMethod, openGenerative, openLocator } from "./locators.js";
import { type ModelDescription, modelDescription } from "./schema.js";

export interface LoadedModel {
  description: ModelDescription;
  /** Of all weights, hexadecimal. */
  sha256: string;
  encoder: Encoder;
  locator: Locator;
  dispose(): Promise<void>;
}

export interface ModelOptions {
  /** An encoder in place of the model's own, as `encoderSource` takes it. */
  encoder?: string;
}

/** Is it the name of a model, rather than a path? */
export const isModelName = (text: string): boolean =>
  embeddedModels.includes(text) || text in knownModels || text in zeroShotModels;

/** @throws Error naming the known models if the text is neither the name of one nor a path */
export function checkModelName(text: string): void {
  const known = [...embeddedModels, ...Object.keys(knownModels), ...Object.keys(zeroShotModels)];
  if (!isModelName(text) && !existsSync(text))
    throw new GeodriftError(
      "option",
      `model "${text}" is neither known nor a folder or file${suggestion(text, known)}`,
    );
}

/**
 * The folder, or the file of weights, of a model given by name or by path.
 * @throws Error naming the known models, or saying how to fetch one
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

/** The network of a flow or diffusion alone, also of the released layout, without an encoder. */
export const loadGenerativeModel = (text: string): Promise<GenerativeModel> =>
  openGenerative(modelFolder(text), createHash("sha256"), knownModels[text]?.description);

/** The path and the schedule of a flow or diffusion, also of the released layout. */
export const describeGenerative = (text: string): ReturnType<typeof generativeMethod> =>
  generativeMethod(modelFolder(text), knownModels[text]?.description);

/**
 * What a model says of itself, without its weights.
 * @throws Error for one of the released layout, which says nothing, if no encoder is named
 */
export async function describeModel(text: string, { encoder }: ModelOptions = {}): Promise<ModelDescription> {
  const known = knownModels[text];
  const folder = modelFolder(text);
  const file = join(folder, "model.json");
  const own = encoder === undefined ? undefined : (await encoderSource(encoder)).config;
  if (known || (statSync(folder).isDirectory() && existsSync(file))) {
    const description = known?.description ?? (await readJsonFile(file, modelDescription));
    return own ? { ...description, encoder: own } : description;
  }
  if (!own)
    throw new GeodriftError(
      "model",
      `${text}: has no model.json, and --encoder does not say which encoder its pictures pass; those of the released models are dinov2-vitl14-reg and streetclip`,
    );
  return {
    method: "generative",
    name: text,
    description: "a network of the released layout",
    licence: "not stated",
    encoder: own,
    ...(await generativeMethod(folder)),
  };
}

/** @throws Error in one sentence for a missing, truncated or non-numeric part */
export async function loadModel(text: string, runtime: Runtime, options: ModelOptions = {}): Promise<LoadedModel> {
  const folder = modelFolder(text);
  const description = await describeModel(text, options);
  const hash = createHash("sha256");
  const locator = await openLocator(folder, description, hash, runtime);
  const source =
    options.encoder === undefined ? { config: description.encoder, folder } : await encoderSource(options.encoder);
  const encoder = await openEncoder(source, runtime);
  if (encoder.width !== locator.width)
    throw new GeodriftError(
      "model",
      `${text}: the encoder makes ${encoder.width} numbers, the network wants ${locator.width}`,
    );
  return {
    description,
    sha256: hash.update(encoder.sha256).digest("hex"),
    encoder,
    locator,
    dispose: async () => {
      await encoder.dispose();
      await locator.dispose();
    },
  };
}
