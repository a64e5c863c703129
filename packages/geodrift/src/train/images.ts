/** Trains a model that makes pictures of places, told where and in which words (core/train/denoising). */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { averaged, closedVocabulary, controlOf, type ImageTransformerConfig, type Parameters } from "@geodrift/core";
import { vocabulary } from "../earth/captions.js";
import { writeJsonFile } from "../files/json-file.js";
import { versions } from "../files/versions.js";
import type { ImageModelDescription } from "../models/schema.js";
import { saveTensors } from "../models/tensor-file.js";
import { type DenoisingWork, denoisingTensors } from "./batches/denoising-batches.js";
import { denoisingBatches } from "./batches/worker-batches.js";
import { openCaptioned } from "./captioned-source.js";
import type { ImagesTraining } from "./config.js";
import { mapStart } from "./map-start.js";
import { runDenoising } from "./run-denoising.js";
import { stateFile, type TrainingContext } from "./run-training.js";
import type { Provenance } from "./state-file.js";

/**
 * Trains a model that makes pictures of places, going on from what the config's folder holds, and writes its model
 * folder.
 * @throws GeodriftError `not-found` or `data` if rasters are missing, `data` if a saved state is of other settings or
 * data, `training` if the training diverges
 */
export async function trainImages(config: ImagesTraining, context: TrainingContext): Promise<void> {
  const { out } = config;
  await mkdir(out, { recursive: true });
  const { source, months, views, data } = await openCaptioned(config);
  const work: DenoisingWork = {
    source,
    views,
    vocabulary: vocabulary(views.countries),
    octaves: config.network.octaves,
    grid: config.network.grid,
    map: config.network.map,
    sizes: config.sizes,
    dropped: config.dropped,
    seed: config.seed,
  };
  const network: ImageTransformerConfig = { ...config.network, sizes: config.sizes.map(({ size }) => size) };
  const words = closedVocabulary(work.vocabulary);
  // Half a minute's work for a map of a quarter of a degree, and needless where a state has one.
  const given = existsSync(stateFile(out, config.name)) ? undefined : mapStart(source, views, network.map);
  const { out: _, rasters: __, checkpointEvery, ...made } = config;
  const provenance: Provenance = {
    config: JSON.stringify(made),
    data,
    seed: String(config.seed),
  };
  const batches = async function* (from: number) {
    for await (const batch of denoisingBatches(work, from, config.batch))
      yield denoisingTensors(batch, { ...work, words: words.tokens, control: controlOf(network).tokens });
  };
  const state = await runDenoising(config, { network, words, given, batches, provenance, logEvery: 100 }, context);
  await writeImageModel(config, network, work, averaged(state), months, provenance);
}

/** A folder that `imagine --model` opens. */
async function writeImageModel(
  config: ImagesTraining,
  network: ImageTransformerConfig,
  work: DenoisingWork,
  weights: Parameters,
  months: readonly string[],
  provenance: Provenance,
): Promise<void> {
  const folder = join(config.out, config.name);
  await mkdir(folder, { recursive: true });
  const metadata = { ...provenance, versions: await versions() };
  await saveTensors(join(folder, "model.safetensors"), { tensors: weights, metadata }, { half: () => true });
  const { name, description, licence } = config;
  const model: ImageModelDescription = {
    method: "images",
    name,
    description,
    licence,
    network: { ...network, sizes: [...network.sizes], map: [...network.map] },
    vocabulary: work.vocabulary as ImageModelDescription["vocabulary"],
    views: {
      ...config.views,
      heldOut: work.views.heldOut,
      n: config.steps * config.batch,
      months,
      data: provenance.data,
    } as ImageModelDescription["views"],
  };
  await writeJsonFile(join(folder, "model.json"), model);
}
