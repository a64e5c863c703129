/** Opens models that make pictures: of places, and of landmarks. */

import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import {
  closedVocabulary,
  type ImageModel,
  imageModel,
  imageTransformerShapes,
  type Parameters,
  snapped,
  type Vocabulary,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { readJsonFile } from "../files/json-file.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import { imageModelFolder } from "./embedded.js";
import {
  type ImageModelDescription,
  type LandmarkModelDescription,
  type PictureModelDescription,
  pictureModelDescription,
} from "./schema.js";
import { readWeights } from "./weights.js";

/** A model that makes pictures, ready to run. */
export interface LoadedImageModel<Description extends PictureModelDescription = ImageModelDescription> {
  description: Description;
  /** Of its weights, hexadecimal. */
  sha256: string;
  /** How many numbers it has learned. */
  weights: number;
  /** Those numbers, by name. */
  params: Parameters;
  /** Reads words as the model's attributes. */
  words: Vocabulary;
  model: ImageModel;
  /** Frees the network and its sessions. */
  dispose(): Promise<void>;
}

/** A model that makes pictures of landmarks, ready to run. */
export type LoadedLandmarkModel = LoadedImageModel<LandmarkModelDescription>;

/**
 * What a model that makes pictures says of itself, without its weights.
 * @param text name or folder
 * @throws GeodriftError `option` if it is neither known nor a folder, `not-found`, `file` or `data` if its `model.json`
 * cannot be read
 */
export const describePictureModel = (text: string): Promise<PictureModelDescription> =>
  readJsonFile(join(imageModelFolder(text), "model.json"), pictureModelDescription);

/**
 * The same of a model of places.
 * @throws GeodriftError as `describePictureModel`, and `option` for a model of landmarks
 */
export async function describeImageModel(text: string): Promise<ImageModelDescription> {
  const description = await describePictureModel(text);
  if (description.method === "images") return description;
  throw new GeodriftError(
    "option",
    `${text} makes pictures of landmarks by their angle, and a model of places is needed`,
  );
}

/**
 * The same of a model of landmarks.
 * @throws GeodriftError as `describePictureModel`, and `option` for a model of places
 */
export async function describeLandmarkModel(text: string): Promise<LandmarkModelDescription> {
  const description = await describePictureModel(text);
  if (description.method === "landmark") return description;
  throw new GeodriftError("option", `${text} makes pictures of places, and a model of landmarks is needed`);
}

/** What runs a model. */
interface LoadOptions {
  /** ONNX Runtime, if it is to be another than the best that this machine has. */
  runtime?: Runtime;
}

/**
 * Opens a model that makes pictures of places.
 * @param text name or folder
 * @throws GeodriftError `option` if it is neither known nor a folder; `model`, `data`, `file` or `not-found` for a
 * missing, truncated or non-numeric part
 */
export const loadImageModel = async (text: string, options?: LoadOptions): Promise<LoadedImageModel> =>
  open(text, await describeImageModel(text), options);

/**
 * Opens a model that makes pictures of landmarks.
 * @param text name or folder
 * @throws GeodriftError as `loadImageModel`
 */
export const loadLandmarkModel = async (text: string, options?: LoadOptions): Promise<LoadedLandmarkModel> =>
  open(text, await describeLandmarkModel(text), options);

/**
 * Opens a model that makes pictures, of whichever kind.
 * @param text name or folder
 * @throws GeodriftError as `loadImageModel`
 */
export const loadPictureModel = async (
  text: string,
  options?: LoadOptions,
): Promise<LoadedImageModel<PictureModelDescription>> => open(text, await describePictureModel(text), options);

/**
 * The weights of a model that makes pictures.
 * @param hash is fed what is read
 * @throws GeodriftError `model`, `data`, `file` or `not-found` for a missing, truncated or non-numeric part
 */
export function readImageWeights(
  text: string,
  { network, vocabulary }: PictureModelDescription,
  hash = createHash("sha256"),
): Promise<Parameters> {
  const words = closedVocabulary(vocabulary);
  const shapes = { ...imageTransformerShapes(network, words.tokens), ...words.shapes(network.width) };
  return readWeights(join(imageModelFolder(text), "model.safetensors"), hash, () => shapes);
}

async function open<D extends PictureModelDescription>(
  text: string,
  description: D,
  { runtime }: LoadOptions = {},
): Promise<LoadedImageModel<D>> {
  const words = closedVocabulary(description.vocabulary);
  const hash = createHash("sha256");
  const params = await readImageWeights(text, description, hash);
  const model = imageModel(description.network, params, words, { runtime: runtime ?? (await onnxRuntime()) });
  const weights = Object.values(params).reduce((sum, { data }) => sum + data.length, 0);
  return { description, sha256: hash.digest("hex"), weights, params, words, model, dispose: () => model.dispose() };
}

/** An azimuth as a model has been told azimuths: the middle of its bin, or as it is. */
export const toldAzimuth = ({ bins }: Pick<LandmarkModelDescription, "bins">, azimuth: number): number =>
  bins === undefined ? azimuth : snapped(azimuth, bins);
