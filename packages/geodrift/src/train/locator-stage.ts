/** The last stage of every training: a locator learns from embeddings, and becomes a folder that `locate` opens. */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  averaged,
  exampleBatches,
  Generator,
  initTrainState,
  type Parameters,
  warmupCosine,
  zeroShotBuffers,
} from "@geodrift/core";
import type { EncoderConfig } from "../encode/config.js";
import { writeJsonFile } from "../files/json-file.js";
import { versions } from "../files/versions.js";
import type { EncoderSource } from "../models/encoders.js";
import { type Familiarity, familiarityFile, familiarityTensors } from "../models/familiarity.js";
import { indexTensors, treeTensor } from "../models/locators.js";
import { saveTensors } from "../models/tensor-file.js";
import { type Embedded, exampleSource } from "./embeddings.js";
import type { LocatorTraining } from "./locator-config.js";
import { type LocatorPlan, planLocator } from "./locators.js";
import { meanOver, runTraining, type TrainingContext } from "./run-training.js";
import type { Provenance } from "./state-file.js";

/** What all locators of a training share. */
export interface LocatorSetting {
  /** Where state is kept, and the finished models. */
  out: string;
  /** Steps between checkpoints. */
  checkpointEvery: number;
  description: string;
  licence: string;
  /** What the embeddings depend on: a locator goes on only from a state of the same. */
  made: Record<string, unknown>;
  /** Fingerprint of the data. */
  data: string;
  /** Seed that is recorded for methods that learn nothing. */
  seed: number;
  /** What locators learn from. */
  embedded: Embedded;
  /** By what the models tell pictures that are not like these; left out where their encoder tells them. */
  familiarity?: Familiarity;
  /** So many embeddings of other pictures, where there can be any. */
  held?: (count: number) => Promise<Embedded>;
  /** Where the encoder's own weights are published, for what takes more from there. */
  encoder?: () => Promise<EncoderSource>;
  /**
   * Puts the encoder into a model's folder.
   * @returns its entry in `model.json`
   */
  writeEncoder(folder: string, metadata: Record<string, string>): Promise<EncoderConfig>;
}

/** Hash of settings or data for provenance, 16 hexadecimal digits. */
export const digest = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);

/**
 * Trains one locator, going on from its saved state, and writes its model folder.
 * @throws GeodriftError `data` if the saved state, or the model to go on from, does not fit; `training` if the training
 * diverges
 */
export async function trainLocator(
  locator: LocatorTraining,
  setting: LocatorSetting,
  context: TrainingContext,
): Promise<void> {
  const { runtime, report } = context;
  const { out, embedded, checkpointEvery } = setting;
  const plan = await planLocator(locator, embedded, { encoder: setting.encoder, held: setting.held, runtime });
  const { learning } = plan;
  const provenance: Provenance = {
    config: JSON.stringify({ ...setting.made, locator }),
    data: setting.data,
    seed: String(learning?.optimization.seed ?? setting.seed),
  };
  if (!learning) {
    report(`${locator.name}: nothing to learn`);
    return writeModel(setting, locator.name, plan, {}, provenance);
  }
  const { objective, optimization } = learning;
  const { steps, seed, batch, rate, warmup, ...optimizer } = optimization;
  const state = await runTraining(
    {
      name: locator.name,
      out,
      checkpointEvery,
      logEvery: 200,
      provenance,
      objective,
      state: initTrainState(objective, new Generator(seed, 1), { average: true }),
      batches: exampleBatches(exampleSource(embedded), batch, seed),
      options: { steps, rate: warmupCosine(rate, warmup, steps), ...optimizer },
      lines(recent) {
        const last = recent[recent.length - 1];
        const loss = meanOver(recent, (r) => r.loss);
        const line = { step: last.step, loss: Number(loss.toFixed(6)), rate: last.rate };
        return [{ line, said: `${locator.name} ${last.step}: loss ${loss.toFixed(5)}` }];
      },
    },
    context,
  );
  await writeModel(setting, locator.name, plan, averaged(state), provenance);
}

/** Is a tensor stored in half precision? Weights are; what angles are computed from is not, nor are whole numbers. */
export const half = (name: string): boolean =>
  !/^places\.((peak\.)?(frequencies|phases|mean|scale)|centres)$|\.freqs$/.test(name) &&
  name !== treeTensor &&
  name !== indexTensors.places &&
  !zeroShotBuffers.includes(name);

/** A folder that `locate --model` opens. */
async function writeModel(
  setting: LocatorSetting,
  name: string,
  { network, method, buffers }: LocatorPlan,
  average: Parameters,
  provenance: Provenance,
): Promise<void> {
  const folder = join(setting.out, name);
  await mkdir(folder, { recursive: true });
  const metadata = { ...provenance, versions: await versions() };
  const encoder = await setting.writeEncoder(folder, metadata);
  await saveTensors(join(folder, "model.safetensors"), { tensors: { ...average, ...buffers }, metadata }, { half });
  if (setting.familiarity)
    await saveTensors(join(folder, familiarityFile), { tensors: familiarityTensors(setting.familiarity), metadata });
  await writeJsonFile(join(folder, "config.json"), network);
  const { description, licence } = setting;
  await writeJsonFile(join(folder, "model.json"), { name, description, licence, ...method, encoder });
}
