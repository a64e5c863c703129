/** From what says which encoder to the encoder: by name, from a folder, a file, or a model. */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import {
  convolutionalShapes,
  domainHeadShapes,
  isTransformerTensor,
  placeHeadShapes,
  readVisionTransformer,
} from "@geodrift/core";
import { GeodriftError, withSubject } from "@geodrift/core/errors";
import { z } from "zod";
import { type EncoderConfig, encoderConfig, onnxEncoderConfig, transformerEncoderConfig } from "../encode/config.js";
import type { Encoder } from "../encode/encoder.js";
import { type EncoderNetwork, networkEncoder, placeNetwork, transformerNetwork } from "../encode/network-encoder.js";
import { type OnnxEncoderOptions, onnxEncoder } from "../encode/onnx-encoder.js";
import { readJsonFile } from "../files/json-file.js";
import { cannotRead } from "../files/system-error.js";
import { suggestion } from "../files/validation.js";
import { cachedFolder } from "./cache.js";
import { embeddedFolder, embeddedModels } from "./embedded.js";
import { encoderRegistry, registeredEncoder } from "./encoder-registry.js";
import { modelRegistry } from "./model-registry.js";
import { loadTensors, weightsFile } from "./tensor-file.js";
import { readWeights } from "./weights.js";

/** The file of what tells an encoder's pictures from others, in its model's folder. */
export const domainFile = "domain.safetensors";

/** An encoder, and the folder that files are named from. */
export interface EncoderSource {
  config: EncoderConfig;
  folder: string;
}

/** Is it the name of an encoder or of a model that comes along, rather than a path? */
export const isEncoderName = (text: string): boolean =>
  registeredEncoder(text) !== undefined || text in modelRegistry || embeddedModels.includes(text);

/** What a JSON file beside an ONNX network, or in a folder of weights, says of pictures. */
const onnxSettings = onnxEncoderConfig.omit({ kind: true, file: true });
const transformerSettings = transformerEncoderConfig.omit({ kind: true, weights: true });

/**
 * The encoder that a command line names: one that is known, an `.onnx` file with its `.json` beside it, a model by name
 * or folder, or weights of a vision transformer, a file or a folder of them.
 * @throws GeodriftError `not-found` or `option` if it is none of these, `model` if what says how pictures are prepared is
 * missing, `data` or `file` if that cannot be read
 */
export async function encoderSource(named: string): Promise<EncoderSource> {
  const known = registeredEncoder(modelRegistry[named]?.encoder ?? named);
  if (known) return { config: known, folder: "." };
  const text = embeddedModels.includes(named) ? embeddedFolder(named) : named;
  const info = await stat(text).catch(() => undefined);
  if (!info) {
    if (/\.(onnx|safetensors)$|[/\\]/i.test(text))
      throw new GeodriftError("not-found", `${text}: no such file or folder`);
    const names = [...embeddedModels, ...Object.keys(modelRegistry), ...Object.keys(encoderRegistry)];
    throw new GeodriftError(
      "option",
      `encoder "${text}" is neither known nor a file or folder${suggestion(text, names)}`,
    );
  }
  if (/\.onnx$/i.test(text)) {
    const settings = text.replace(/\.onnx$/i, ".json");
    if (!existsSync(settings))
      throw new GeodriftError(
        "model",
        `${text}: a file ${settings} is needed, which says how pictures are prepared: preparation (size, square), colours (mean, std), output`,
      );
    const own = await readJsonFile(settings, onnxSettings);
    return { config: { kind: "onnx", file: basename(text), ...own }, folder: dirname(text) };
  }
  if (info.isDirectory() && existsSync(join(text, "model.json"))) {
    const { encoder } = await readJsonFile(join(text, "model.json"), z.looseObject({ encoder: encoderConfig }));
    return { config: encoder, folder: text };
  }
  const weights = await weightsFile(text);
  const settings = join(dirname(weights), "encoder.json");
  if (!existsSync(settings))
    throw new GeodriftError(
      "model",
      `${text}: a file ${settings} is needed, which says how pictures are prepared: preparation (size, square) and colours (imagenet, clip, or mean and std)`,
    );
  const own = await readJsonFile(settings, transformerSettings);
  return { config: { kind: "transformer", weights: { file: basename(weights) }, ...own }, folder: dirname(weights) };
}

/**
 * Reads an encoder's weights and makes it ready to run.
 * @throws GeodriftError `model`, `data`, `file` or `not-found` for a missing, truncated or non-numeric part
 */
export async function openEncoder(source: EncoderSource, runtime: Runtime): Promise<Encoder> {
  const read = await readEncoder(source);
  if ("network" in read) return networkEncoder(read.network, read.sha256, runtime);
  return withSubject(read.file, () => onnxEncoder(read.bytes, read, read.sha256, runtime));
}

/**
 * The file of the weights of a vision transformer.
 * @throws GeodriftError `model` for another encoder, or one that is not here
 */
export async function encoderFile({ config, folder }: EncoderSource): Promise<string> {
  if (config.kind !== "transformer")
    throw new GeodriftError(
      "model",
      `a vision transformer of published weights is wanted, this encoder is of kind ${config.kind}`,
    );
  const { weights } = config;
  return weightsFile("known" in weights ? cachedFolder(weights.known) : join(folder, weights.file));
}

/** A network of ours with its weights, or an ONNX file and what is done with it; and the hash of either, hexadecimal. */
export type ReadEncoder = { sha256: string } & (
  | { network: EncoderNetwork }
  | ({ file: string; bytes: Uint8Array } & OnnxEncoderOptions)
);

/**
 * Reads an encoder's weights without opening a session.
 * @throws GeodriftError `model`, `data`, `file` or `not-found` for a missing, truncated or non-numeric part
 */
export async function readEncoder({ config, folder }: EncoderSource): Promise<ReadEncoder> {
  const hash = createHash("sha256");
  switch (config.kind) {
    case "places": {
      // What tells its pictures from others makes no other embeddings.
      const { domain, ...embedding } = config;
      hash.update(JSON.stringify(embedding));
      const { trunk, places } = config;
      const weights = await readWeights(join(folder, "encoder.safetensors"), hash, (tensors) => ({
        ...convolutionalShapes(trunk),
        ...placeHeadShapes(places, trunk.embedding, tensors["places.centres"]?.dims[0] ?? 0),
      }));
      const head =
        domain &&
        (await readWeights(join(folder, domainFile), createHash("sha256"), () => domainHeadShapes(domain, trunk)));
      return { network: placeNetwork(config, { ...weights, ...head }), sha256: hash.digest("hex") };
    }
    case "transformer": {
      const { preparation, colours, heads, precision } = config;
      const file = await encoderFile({ config, folder });
      // Where the weights lie makes no other embeddings, what is done to pictures does.
      hash.update(JSON.stringify({ preparation, colours, heads, precision }));
      const { tensors } = await loadTensors(file, { hash, wanted: isVisionTensor });
      return withSubject(file, () => {
        const vision = readVisionTransformer(tensors, { size: preparation.size, heads });
        return { network: transformerNetwork(vision, { preparation, colours, precision }), sha256: hash.digest("hex") };
      });
    }
    case "onnx": {
      const { file: name, kind: _, ...settings } = config;
      const file = join(folder, name);
      const bytes = await readFile(file).catch(cannotRead(file));
      hash.update(JSON.stringify(settings)).update(bytes);
      return { file, bytes, ...settings, sha256: hash.digest("hex") };
    }
  }
}

/** A CLIP's file also holds the text tower, which pictures do not pass. */
const isVisionTensor = (name: string): boolean =>
  isTransformerTensor(name) && !/^(text_model|text_projection|visual_projection|logit_scale)/.test(name);

/**
 * Can the encoder be copied into a model's folder?
 * @throws GeodriftError `model` for an encoder in several files
 */
export function checkCopyable({ config, folder }: EncoderSource): void {
  if (config.kind !== "transformer" || "known" in config.weights || !config.weights.file.endsWith(".json")) return;
  throw new GeodriftError(
    "model",
    `${join(folder, config.weights.file)}: an encoder in several files cannot be copied into a model; merge them first`,
  );
}

/**
 * Copies the files of an encoder that a model folder must have, so that the folder can be moved; known encoders stay in
 * the cache.
 * @param to the model folder, which is made
 * @returns the config with the names that the files have there
 * @throws GeodriftError `model` for an encoder in several files
 */
export async function copyEncoder({ config, folder }: EncoderSource, to: string): Promise<EncoderConfig> {
  await mkdir(to, { recursive: true });
  if (config.kind === "places") {
    for (const part of ["encoder", ...(config.domain ? ["domain"] : [])])
      await copyFile(join(folder, `${part}.safetensors`), join(to, `${part}.safetensors`));
    return config;
  }
  if (config.kind === "onnx") {
    await copyFile(join(folder, config.file), join(to, "encoder.onnx"));
    return { ...config, file: "encoder.onnx" };
  }
  if ("known" in config.weights) return config;
  checkCopyable({ config, folder });
  const { file } = config.weights;
  await copyFile(join(folder, file), join(to, "encoder.safetensors"));
  return { ...config, weights: { file: "encoder.safetensors" } };
}
