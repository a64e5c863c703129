/** Training on one's own pictures: any locator, on a table of embeddings. */
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { readEmbeddings, vectorsOf } from "../embed/read-embeddings.js";
import { copyEncoder, encoderSource, isEncoderName } from "../models/encoders.js";
import type { PhotosTraining } from "./config.js";
import { digest, type LocatorSetting, type TrainingContext, trainLocator } from "./locator-stage.js";

/** Trains what `config` says, going on from what its folder holds. */
export async function trainPhotos(config: PhotosTraining, context: TrainingContext): Promise<void> {
  const { out, embeddings: file, split, checkpointEvery, description, licence } = config;
  await mkdir(out, { recursive: true });
  const table = await readEmbeddings(file, split === undefined ? undefined : { file: split, parts: ["train"] });
  const { about, ids, embeddings } = table;
  context.report(`${file}: ${ids.length} of ${about.length} rows, ${about.width} numbers by ${about.encoder.name}`);
  const places = Float32Array.from(vectorsOf(table.places));
  const { name } = about.encoder;
  const encoder = () => encoderSource(isEncoderName(name) ? name : resolve(dirname(file), name));
  const setting: LocatorSetting = {
    out,
    checkpointEvery,
    description,
    licence,
    made: { encoder: about.encoder.config },
    data: digest([about.encoder, ids, table.places]),
    seed: 0,
    embedded: { width: about.width, embeddings, places },
    encoder,
    writeEncoder: async (folder) => copyEncoder(await encoder(), folder),
  };
  for (const locator of config.locators) await trainLocator(locator, setting, context);
}
