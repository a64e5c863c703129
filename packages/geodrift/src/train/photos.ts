/** Training on one's own pictures: any locator, on a table of embeddings. */

import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { GeodriftError } from "@geodrift/core/errors";
import type { EmbeddingsFile } from "../embed/embeddings-file.js";
import { readEmbeddings, vectorsOf } from "../embed/read-embeddings.js";
import type { EncoderConfig } from "../encode/config.js";
import { pulledOf } from "../models/cache.js";
import {
  checkCopyable,
  copyEncoder,
  type EncoderSource,
  encoderSource,
  isEncoderName,
  readEncoder,
} from "../models/encoders.js";
import type { PhotosTraining } from "./config.js";
import { fitFamiliarity } from "./fit-familiarity.js";
import { digest, type LocatorSetting, trainLocator } from "./locator-stage.js";
import type { TrainingContext } from "./run-training.js";

/**
 * Trains locators on a table of embeddings, going on from what the config's folder holds.
 * @throws GeodriftError `data` if the table, its split, its encoder or a saved state does not fit, `model` if the encoder
 * cannot be put into a model, `training` if the training diverges
 */
export async function trainPhotos(config: PhotosTraining, context: TrainingContext): Promise<void> {
  const setting = await preparePhotos(config, context);
  for (const locator of config.locators) await trainLocator(locator, setting, context);
}

/**
 * What the locators of a training on a table of embeddings share.
 * @throws as `trainPhotos`
 */
export async function preparePhotos(config: PhotosTraining, context: TrainingContext): Promise<LocatorSetting> {
  const { out, embeddings: file, split, checkpointEvery, description, licence } = config;
  await mkdir(out, { recursive: true });
  const table = await readEmbeddings(file, split === undefined ? undefined : { file: split, parts: ["train"] });
  const { about, ids, embeddings } = table;
  context.report(`${file}: ${ids.length} of ${about.length} rows, ${about.width} numbers by ${about.encoder.name}`);
  const places = Float32Array.from(vectorsOf(table.places));
  const encoder = await encoderOfTable(about);
  return {
    out,
    checkpointEvery,
    description,
    licence,
    made: { encoder: about.encoder.config },
    data: digest([about.encoder, ids, table.places]),
    seed: 0,
    embedded: { width: about.width, embeddings, places },
    familiarity: tellsItself(about.encoder.config) ? undefined : fitFamiliarity({ width: about.width, embeddings }),
    encoder: async () => encoder,
    writeEncoder: (folder) => copyEncoder(encoder, folder),
  };
}

/**
 * The encoder that has made a table, as it goes into models.
 * @throws GeodriftError `data` if it is another by now, `model` if it cannot be put into a model
 */
export async function encoderOfTable(about: EmbeddingsFile): Promise<EncoderSource> {
  const { name } = about.encoder;
  const source = await encoderSource(isEncoderName(name) ? name : resolve(dirname(about.file), name));
  await checkEncoder(source, about);
  return source;
}

/** An encoder of views from above sees no difference in other pictures: that takes a head of its own. */
export const tellsItself = (encoder: EncoderConfig): boolean => encoder.kind === "places";

/**
 * Before anything is learned: is the encoder that goes into the models the one that made the embeddings?
 * @throws GeodriftError `data` if it is another by now, `model` if it cannot be put into a model
 */
async function checkEncoder(source: EncoderSource, { file, encoder }: EmbeddingsFile): Promise<void> {
  if (!isDeepStrictEqual(source.config, encoder.config))
    throw new GeodriftError("data", `${file}: was embedded by ${encoder.name}, whose settings have changed since`);
  const { config } = source;
  const named = config.kind === "transformer" && "known" in config.weights ? config.weights.known : undefined;
  // One that is known by name is not copied, and need not be here.
  if (named !== undefined && !pulledOf(named)) return;
  if (named === undefined) checkCopyable(source);
  const { sha256 } = await readEncoder(source);
  if (encoder.sha256 !== undefined && sha256 !== encoder.sha256)
    throw new GeodriftError("data", `${file}: was embedded by ${encoder.name}, whose weights have changed since`);
}
