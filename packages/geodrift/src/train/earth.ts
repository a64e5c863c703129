/**
 * The whole way from rasters to a model: train the encoder on views, freeze it, embed views, train every locator on the
 * embeddings, write model folders. Every stage keeps its state in the run's folder and goes on from it.
 */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { compile, type Runtime, type Tensor } from "@geodrift/compile";
import {
  averaged,
  initTrainState,
  type Parameters,
  placeWidth,
  type Traced,
  type TrainMetrics,
  train,
  withCellFeatures,
} from "@geodrift/core";
import type { numpy as np } from "@jax-js/jax";
import { heldOutMonth, openEarthFolder } from "../data/earth-rasters.js";
import type { Raster } from "../data/raster.js";
import { encodePlanes } from "../encode/place-encoder.js";
import { indexTensors, treeTensor } from "../models/locators.js";
import { saveTensors, writeFileAtomically } from "../models/tensor-file.js";
import type { EarthTraining, LocatorTraining } from "./config.js";
import { type Embedded, embedViews, exampleSource, loadEmbedded, saveEmbedded } from "./embeddings.js";
import { initEncoderState, landCells, trainEncoder } from "./encoder.js";
import { type FrozenEncoder, freezeEncoder } from "./freeze.js";
import { type LocatorPlan, planLocator } from "./locators.js";
import { metricsLog } from "./metrics-log.js";
import { type Provenance, resumeState, saveState } from "./state-file.js";
import { versions } from "./versions.js";

export interface TrainingContext {
  runtime: Runtime;
  /** Progress for people. */
  report(line: string): void;
}

const digest = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);

/** Trains what `config` says, going on from what its folder holds. */
export async function trainEarth(config: EarthTraining, context: TrainingContext): Promise<void> {
  const { out } = config;
  await mkdir(out, { recursive: true });
  const folder = await openEarthFolder(config.rasters);
  const land = await folder.land();
  if (!land.data.some((share) => share > 127)) throw new Error(`${config.rasters}: the land mask shows no land`);
  const rasters: Raster[] = [];
  for (const month of folder.months.filter((m) => m !== heldOutMonth)) rasters.push(await folder.month(month, land));
  if (rasters.length === 0)
    throw new Error(`${config.rasters}: month ${heldOutMonth} is held out, and there is no other`);
  const data = digest(rasters.map((r) => [r.name, r.sha256]));
  const encoder = await encoderStage(config, out, rasters, landCells(config.encoder.cells, land), data, context);
  const embedded = await embeddingStage(config, out, rasters, encoder, data, context);
  for (const locator of config.locators) await locatorStage(config, locator, out, embedded, encoder, data, context);
}

async function encoderStage(
  config: EarthTraining,
  out: string,
  rasters: Raster[],
  cells: ReturnType<typeof landCells>,
  data: string,
  { runtime, report }: TrainingContext,
): Promise<FrozenEncoder> {
  const finished = join(out, "encoder.state.safetensors");
  const provenance: Provenance = {
    config: JSON.stringify(config.encoder),
    data,
    seed: String(config.encoder.views.seed),
  };
  const state = initEncoderState(config.encoder, cells.length, config.encoder.views.seed);
  await resumeState(finished, state, provenance);
  const log = metricsLog(join(out, "encoder.jsonl"), state.step);
  if (state.step < config.encoder.steps) {
    report(
      `encoder: from step ${state.step} to ${config.encoder.steps}, ${cells.length} cells, ${rasters.length} rasters`,
    );
    for await (const m of trainEncoder(state, config.encoder, { rasters, cells }, runtime)) {
      if (m.step % 50 === 0 || m.step === config.encoder.steps) {
        log(m);
        report(
          `encoder ${m.step}: cross-entropy ${m.crossEntropy.toFixed(3)}, ${Math.round(m.viewsPerSecond)} views/s`,
        );
      }
      if (m.step % config.checkpointEvery === 0 || m.step === config.encoder.steps)
        await saveState(finished, state, provenance);
    }
  }
  return freezeEncoder(config, state.params, cells, rasters, runtime);
}

async function embeddingStage(
  config: EarthTraining,
  out: string,
  rasters: Raster[],
  encoder: FrozenEncoder,
  data: string,
  { runtime, report }: TrainingContext,
): Promise<Embedded> {
  const file = join(out, "embeddings.safetensors");
  const metadata = { config: digest([config.encoder, config.rank, config.places, config.embedded]), data };
  const saved = await loadEmbedded(file, metadata);
  if (saved) return saved;
  const { views } = config.encoder;
  const run = compile<[Parameters, Tensor], Tensor>((p: Traced, x: np.Array) => encodePlanes(encoder.config, p, x), {
    runtime,
  });
  const params = withCellFeatures(encoder.params);
  const encode = async (pixels: Tensor) => (await run(params, pixels)).data as Float32Array;
  // Other views than the encoder has seen, so that its embeddings are those of new pictures.
  const fresh = { ...views, seed: views.seed + 1 };
  const embedded = await embedViews(
    rasters,
    fresh,
    config.embedded,
    placeWidth(encoder.config.places),
    encode,
    (done) => {
      if (done % 25_600 === 0 || done === config.embedded) report(`embedded ${done} of ${config.embedded} views`);
    },
  );
  await run.dispose();
  await saveEmbedded(file, embedded, metadata);
  return embedded;
}

async function locatorStage(
  config: EarthTraining,
  locator: LocatorTraining,
  out: string,
  embedded: Embedded,
  encoder: FrozenEncoder,
  data: string,
  { runtime, report }: TrainingContext,
): Promise<void> {
  const plan = planLocator(locator, embedded);
  const { encoder: training, rank, places } = config;
  const { learning } = plan;
  const provenance: Provenance = {
    config: JSON.stringify({ encoder: training, rank, places, embedded: config.embedded, locator }),
    data,
    seed: String(learning?.seed ?? training.views.seed),
  };
  const folder = join(out, locator.name);
  if (!learning) {
    report(`${locator.name}: nothing to learn`);
    return writeModel(config, locator.name, plan, folder, encoder, {}, provenance);
  }
  const { objective, options, seed } = learning;
  const source = exampleSource(embedded);
  const state = initTrainState(objective, seed);
  const file = join(out, `${locator.name}.state.safetensors`);
  await resumeState(file, state, provenance);
  const log = metricsLog<TrainMetrics>(join(out, `${locator.name}.jsonl`), state.step);
  let losses: number[] = [];
  if (state.step < options.steps) report(`${locator.name}: from step ${state.step} to ${options.steps}`);
  for await (const m of train(state, objective, source, options, { runtime })) {
    losses.push(m.loss);
    if (m.step % 200 === 0 || m.step === options.steps) {
      const loss = losses.reduce((a, b) => a + b) / losses.length;
      log({ ...m, loss: Number(loss.toFixed(6)) });
      report(`${locator.name} ${m.step}: loss ${loss.toFixed(5)}`);
      losses = [];
    }
    if (m.step % config.checkpointEvery === 0 || m.step === options.steps) await saveState(file, state, provenance);
  }
  await writeModel(config, locator.name, plan, folder, encoder, averaged(state), provenance);
}

/** Weights are stored in half precision; what they are multiplied into angles with is not, nor are whole numbers. */
const half = (name: string): boolean =>
  !/^places\.(centres|frequencies|phases|mean|scale)$|\.freqs$/.test(name) &&
  name !== treeTensor &&
  name !== indexTensors.places;

/** A folder that `locate --model` opens. */
async function writeModel(
  config: EarthTraining,
  name: string,
  { network, method, buffers }: LocatorPlan,
  folder: string,
  encoder: FrozenEncoder,
  average: Parameters,
  provenance: Provenance,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const json = (file: string, value: unknown) =>
    writeFileAtomically(join(folder, file), Buffer.from(`${JSON.stringify(value, null, 2)}\n`));
  const metadata = { ...provenance, versions: await versions() };
  await saveTensors(join(folder, "encoder.safetensors"), { tensors: encoder.params, metadata }, { half });
  await saveTensors(join(folder, "model.safetensors"), { tensors: { ...average, ...buffers }, metadata }, { half });
  await json("config.json", network);
  const { description, licence } = config;
  await json("model.json", { name, description, licence, ...method, encoder: encoder.config });
}
