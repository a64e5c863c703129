/** Opens a model that makes pictures of places. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import { closedVocabulary, type ImageModel, imageModel, imageTransformerShapes, type Vocabulary } from "@geodrift/core";
import { readJsonFile } from "../schema/json-file.js";
import { suggestion } from "../schema/parse.js";
import { embeddedFolder } from "./embedded.js";
import { type ImageModelDescription, imageModelDescription } from "./schema.js";
import { readWeights } from "./weights.js";

/** Image models that come with the package. */
export const embeddedImageModels: readonly string[] = ["earth-images"];

export interface LoadedImageModel {
  description: ImageModelDescription;
  /** Of its weights, hexadecimal. */
  sha256: string;
  words: Vocabulary;
  model: ImageModel;
  dispose(): Promise<void>;
}

/** @throws Error naming the known models if the text is neither the name of one nor a folder */
export function imageModelFolder(text: string): string {
  if (embeddedImageModels.includes(text)) return embeddedFolder(text);
  if (!existsSync(text))
    throw new Error(`image model "${text}" is neither known nor a folder${suggestion(text, embeddedImageModels)}`);
  return text;
}

export const describeImageModel = (text: string): Promise<ImageModelDescription> =>
  readJsonFile(join(imageModelFolder(text), "model.json"), imageModelDescription);

/** @throws Error in one sentence for a missing, truncated or non-numeric part */
export async function loadImageModel(text: string, runtime: Runtime): Promise<LoadedImageModel> {
  const description = await describeImageModel(text);
  const { network } = description;
  const words = closedVocabulary(description.vocabulary);
  const hash = createHash("sha256");
  const shapes = { ...imageTransformerShapes(network, words.tokens), ...words.shapes(network.width) };
  const params = await readWeights(join(imageModelFolder(text), "model.safetensors"), hash, () => shapes);
  const model = imageModel(network, params, words, { runtime });
  return { description, sha256: hash.digest("hex"), words, model, dispose: () => model.dispose() };
}
