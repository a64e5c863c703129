/** Opens a model that makes pictures of places. */

import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import { closedVocabulary, type ImageModel, imageModel, imageTransformerShapes, type Vocabulary } from "@geodrift/core";
import { readJsonFile } from "../files/json-file.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import { imageModelFolder } from "./embedded.js";
import { type ImageModelDescription, imageModelDescription } from "./schema.js";
import { readWeights } from "./weights.js";

/** A model that makes pictures of places, ready to run. */
export interface LoadedImageModel {
  description: ImageModelDescription;
  /** Of its weights, hexadecimal. */
  sha256: string;
  /** How many numbers it has learned. */
  weights: number;
  /** Reads words as the model's attributes. */
  words: Vocabulary;
  model: ImageModel;
  /** Frees the network and its sessions. */
  dispose(): Promise<void>;
}

/**
 * What an image model says of itself, without its weights.
 * @param text name or folder
 * @throws GeodriftError `option` if it is neither known nor a folder, `not-found`, `file` or `data` if its `model.json`
 * cannot be read
 */
export const describeImageModel = (text: string): Promise<ImageModelDescription> =>
  readJsonFile(join(imageModelFolder(text), "model.json"), imageModelDescription);

/**
 * Opens a model that makes pictures of places.
 * @param text name or folder
 * @param options ONNX Runtime, if it is to be another than the best that this machine has
 * @throws GeodriftError `option` if it is neither known nor a folder; `model`, `data`, `file` or `not-found` for a
 * missing, truncated or non-numeric part
 */
export async function loadImageModel(text: string, { runtime }: { runtime?: Runtime } = {}): Promise<LoadedImageModel> {
  const description = await describeImageModel(text);
  const { network } = description;
  const words = closedVocabulary(description.vocabulary);
  const hash = createHash("sha256");
  const shapes = { ...imageTransformerShapes(network, words.tokens), ...words.shapes(network.width) };
  const params = await readWeights(join(imageModelFolder(text), "model.safetensors"), hash, () => shapes);
  const model = imageModel(network, params, words, { runtime: runtime ?? (await onnxRuntime()) });
  const weights = Object.values(params).reduce((sum, { data }) => sum + data.length, 0);
  return { description, sha256: hash.digest("hex"), weights, words, model, dispose: () => model.dispose() };
}
