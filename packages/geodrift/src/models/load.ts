/** Opens a model folder: `model.json`, `config.json`, `model.safetensors`, `encoder.safetensors`. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Runtime } from "@geodrift/compile";
import { convolutionalShapes, type GenerativeModel, type Locator, placeHeadShapes, placeWidth } from "@geodrift/core";
import { type Encoder, placeEncoder } from "../encode/encoder.js";
import { readJsonFile } from "../schema/json-file.js";
import { suggestion } from "../schema/parse.js";
import { openGenerative, openLocator } from "./locators.js";
import { type ModelDescription, modelDescription } from "./schema.js";
import { readWeights } from "./weights.js";

export interface LoadedModel {
  description: ModelDescription;
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

/** The network of a flow or diffusion alone, also from a folder of the released layout, without an encoder. */
export const loadGenerativeModel = (nameOrFolder: string): Promise<GenerativeModel> =>
  openGenerative(modelFolder(nameOrFolder), createHash("sha256"));

/** What a model says of itself, without its weights. */
export const describeModel = (nameOrFolder: string): Promise<ModelDescription> =>
  readJsonFile(join(modelFolder(nameOrFolder), "model.json"), modelDescription);

/** @throws Error in one sentence for a missing, truncated or non-numeric part */
export async function loadModel(nameOrFolder: string, runtime: Runtime): Promise<LoadedModel> {
  const folder = modelFolder(nameOrFolder);
  const description = await describeModel(nameOrFolder);
  const hash = createHash("sha256");
  const locator = await openLocator(folder, description, hash, runtime);
  const { trunk, places } = description.encoder;
  const ownHash = createHash("sha256").update(JSON.stringify(description.encoder));
  const both = { update: (bytes: Uint8Array) => [hash, ownHash].map((h) => h.update(bytes))[0] };
  const weights = await readWeights(join(folder, "encoder.safetensors"), both, (tensors) => ({
    ...convolutionalShapes(trunk),
    ...placeHeadShapes(places, trunk.embedding, tensors["places.centres"]?.dims[0] ?? 0),
  }));
  const width = placeWidth(places);
  if (width !== locator.width)
    throw new Error(`${folder}: the encoder makes ${width} numbers, the network wants ${locator.width}`);
  const encoder = placeEncoder(description.encoder, weights, ownHash.digest("hex"), runtime);
  return {
    description,
    sha256: hash.digest("hex"),
    encoder,
    locator,
    dispose: async () => {
      await encoder.dispose();
      await locator.dispose();
    },
  };
}
