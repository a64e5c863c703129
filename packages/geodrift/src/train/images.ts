/** Trains a model that makes pictures of places, told where and in which words (core/train/denoising). */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  averaged,
  closedVocabulary,
  controlOf,
  denoisingObjective,
  Generator,
  type ImageTransformerConfig,
  initTrainState,
  type Parameters,
  warmedDecay,
  warmupConstantDecay,
} from "@geodrift/core";
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
import { type LoggedStep, meanOver, perSecond, runTraining, stateFile, type TrainingContext } from "./run-training.js";
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
  const objective = denoisingObjective(network, words);
  const state = await runTraining(
    {
      name: config.name,
      out,
      checkpointEvery,
      logEvery: 100,
      provenance,
      objective,
      state: initTrainState(objective, new Generator(config.seed, 0), { average: true, given }),
      async *batches(from) {
        for await (const batch of denoisingBatches(work, from, config.batch))
          yield denoisingTensors(batch, { ...work, words: words.tokens, control: controlOf(network).tokens });
      },
      options: {
        steps: config.steps,
        rate: warmupConstantDecay(config.rate, config.warmup, config.decay, config.steps),
        betas: config.betas,
        clip: config.clip,
        ema: (step) => warmedDecay(config.ema, step),
      },
      groupOf: ({ pixels }) => pixels.dims[2],
      lines: (recent) => linesBySize(config, recent),
    },
    context,
  );
  await writeImageModel(config, network, work, averaged(state), months, provenance);
}

/** A line for every size of pictures among the steps. */
export function linesBySize(config: Pick<ImagesTraining, "sizes" | "name" | "batch">, recent: readonly LoggedStep[]) {
  const { step, rate } = recent[recent.length - 1];
  return config.sizes.flatMap(({ size }) => {
    const own = recent.filter((r) => r.group === size);
    if (own.length === 0) return [];
    const line = {
      step,
      size,
      loss: Number(meanOver(own, (r) => r.loss).toFixed(5)),
      gradient: Number(meanOver(own, (r) => r.gradientNorm ?? 0).toFixed(4)),
      rate,
      picturesPerSecond: Math.round(meanOver(own, (r) => perSecond(config.batch, r))),
    };
    const said = `${config.name} ${step}: ${size} px, loss ${line.loss}, ${line.picturesPerSecond} pictures/s`;
    return [{ line, said }];
  });
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
