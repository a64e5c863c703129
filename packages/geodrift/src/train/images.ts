/** Trains a model that makes pictures of places, told where and in which words (core/train/denoising). */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Runtime, tensor } from "@geodrift/compile";
import {
  closedVocabulary,
  type DenoisingBatch,
  type DenoisingState,
  denoisingSteps,
  Generator,
  type ImageTransformerConfig,
  initDenoising,
  readingTensors,
  warmupConstantDecay,
} from "@geodrift/core";
import { vocabulary } from "../earth/captions.js";
import { writeJsonFile } from "../files/json-file.js";
import { versions } from "../files/versions.js";
import type { ImageModelDescription } from "../models/schema.js";
import { saveTensors } from "../models/tensor-file.js";
import { type DenoisingBatchData, type DenoisingWork, denoisingBatches } from "./batches/denoising-batches.js";
import { openCaptioned } from "./captioned-source.js";
import type { ImagesTraining } from "./config.js";
import type { TrainingContext } from "./locator-stage.js";
import { mapStart } from "./map-start.js";
import { metricsLog } from "./metrics-log.js";
import { type Provenance, resumeState, saveState } from "./state-file.js";

export interface ImagesMetrics {
  step: number;
  size: number;
  loss: number;
  /** Length of the gradient. */
  gradient: number;
  rate: number;
  picturesPerSecond: number;
}

/** Trains what `config` says, going on from what its folder holds. */
export async function trainImages(config: ImagesTraining, { runtime, report }: TrainingContext): Promise<void> {
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
  const file = join(out, `${config.name}.state.safetensors`);
  // Half a minute's work for a map of a quarter of a degree, and needless where a state has one.
  const given = existsSync(file) ? undefined : mapStart(source, views, network.map);
  const state = initDenoising(network, words, new Generator(config.seed, 0), given);
  const { out: _, rasters: __, checkpointEvery: ___, ...made } = config;
  const provenance: Provenance = {
    config: JSON.stringify(made),
    data,
    seed: String(config.seed),
  };
  await resumeState(file, state, provenance);
  const log = metricsLog<ImagesMetrics>(join(out, `${config.name}.jsonl`), state.step);
  if (state.step < config.steps) report(`${config.name}: from step ${state.step} to ${config.steps}`);
  let recent: ImagesMetrics[] = [];
  for await (const m of trainDenoising(state, config, network, work, runtime)) {
    recent.push(m);
    if (m.step % 100 === 0 || m.step === config.steps) {
      for (const { size } of config.sizes) {
        const own = recent.filter((r) => r.size === size);
        if (own.length === 0) continue;
        const mean = (of: (r: ImagesMetrics) => number) => own.reduce((sum, r) => sum + of(r), 0) / own.length;
        const line = {
          step: m.step,
          size,
          loss: Number(mean((r) => r.loss).toFixed(5)),
          gradient: Number(mean((r) => r.gradient).toFixed(4)),
          rate: m.rate,
          picturesPerSecond: Math.round(mean((r) => r.picturesPerSecond)),
        };
        log(line);
        report(`${config.name} ${m.step}: ${size} px, loss ${line.loss}, ${line.picturesPerSecond} pictures/s`);
      }
      recent = [];
    }
    if (m.step % config.checkpointEvery === 0 || m.step === config.steps) await saveState(file, state, provenance);
  }
  await writeImageModel(config, network, work, state, months, provenance);
}

const asTensors = ({ size, ...a }: DenoisingBatchData, work: DenoisingWork): DenoisingBatch => {
  const n = a.gamma.length;
  const square = [n, 3, size, size];
  return {
    pixels: tensor(a.pixels, square),
    noise: tensor(a.noise, square),
    gamma: tensor(a.gamma, [n]),
    ground: tensor(a.ground, [n, a.ground.length / n]),
    words: tensor(a.words, [n, work.vocabulary.tokens], "int32"),
    places: tensor(a.places, [n, 2, a.places.length / n / 2]),
    ...readingTensors(a.reading, n, work),
    told: tensor(a.told, [n, 2]),
  };
};

/** Steps of the training, updating the state in place. */
async function* trainDenoising(
  state: DenoisingState,
  config: ImagesTraining,
  network: ImageTransformerConfig,
  work: DenoisingWork,
  runtime: Runtime,
): AsyncGenerator<ImagesMetrics> {
  const { run, dispose } = denoisingSteps(network, closedVocabulary(work.vocabulary), config, { runtime });
  const rate = warmupConstantDecay(config.rate, config.warmup, config.decay, config.steps);
  let then = performance.now();
  try {
    for await (const batch of denoisingBatches(work, state.step, config.batch)) {
      if (state.step >= config.steps) break;
      const lr = rate(state.step);
      const { loss, gradient } = await run(state, asTensors(batch, work), lr);
      const now = performance.now();
      const picturesPerSecond = (1000 * config.batch) / (now - then);
      then = now;
      yield { step: state.step, size: batch.size, loss, gradient, rate: lr, picturesPerSecond };
    }
  } finally {
    await dispose();
  }
}

/** A folder that `imagine --model` opens. */
async function writeImageModel(
  config: ImagesTraining,
  network: ImageTransformerConfig,
  work: DenoisingWork,
  state: DenoisingState,
  months: readonly string[],
  provenance: Provenance,
): Promise<void> {
  const folder = join(config.out, config.name);
  await mkdir(folder, { recursive: true });
  const metadata = { ...provenance, versions: await versions() };
  await saveTensors(join(folder, "model.safetensors"), { tensors: state.average, metadata }, { half: () => true });
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
