import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { compile, type Tensor } from "@geodrift/compile";
import {
  Generator,
  initTrainState,
  type Parameters,
  placeWidth,
  type Traced,
  warmupCosine,
  withCellFeatures,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import type { numpy as np } from "@jax-js/jax";
import { heldOutMonth, openEarthFolder } from "../earth/earth-rasters.js";
import type { Raster } from "../earth/raster.js";
import { encodePlanes } from "../encode/network-encoder.js";
import { saveTensors } from "../models/tensor-file.js";
import { viewBatches } from "./batches/worker-batches.js";
import type { EarthTraining } from "./config.js";
import { type Embedded, embedViews, loadEmbedded, saveEmbedded } from "./embeddings.js";
import { encoderObjective, landCells } from "./encoder.js";
import { type FrozenEncoder, freezeEncoder } from "./freeze.js";
import { digest, half, type LocatorSetting, trainLocator } from "./locator-stage.js";
import { perSecond, runTraining, type TrainingContext } from "./run-training.js";

/**
 * Trains an encoder on views of the Earth, then locators on its embeddings, going on from what the config's folder holds.
 * @throws GeodriftError `not-found` or `data` if rasters are missing or show no land, `data` if a saved state is of other
 * settings or data, `training` if the training diverges
 */
export async function trainEarth(config: EarthTraining, context: TrainingContext): Promise<void> {
  const { out } = config;
  await mkdir(out, { recursive: true });
  const folder = await openEarthFolder(config.rasters);
  const land = await folder.land();
  if (!land.data.some((share) => share > 127))
    throw new GeodriftError("data", `${config.rasters}: the land mask shows no land`);
  const rasters: Raster[] = [];
  for (const month of folder.months.filter((m) => m !== heldOutMonth)) rasters.push(await folder.month(month, land));
  if (rasters.length === 0)
    throw new GeodriftError("data", `${config.rasters}: month ${heldOutMonth} is held out, and there is no other`);
  const data = digest(rasters.map((r) => [r.name, r.sha256]));
  const encoder = await encoderStage(config, out, rasters, landCells(config.encoder.cells, land), data, context);
  const embedded = await embeddingStage(config, out, rasters, encoder, data, context);
  const { encoder: made, rank, places, checkpointEvery, description, licence } = config;
  const setting: LocatorSetting = {
    out,
    checkpointEvery,
    description,
    licence,
    made: { encoder: made, rank, places, embedded: config.embedded },
    data,
    seed: made.views.seed,
    embedded,
    async writeEncoder(to, metadata) {
      await saveTensors(join(to, "encoder.safetensors"), { tensors: encoder.params, metadata }, { half });
      return encoder.config;
    },
  };
  for (const locator of config.locators) await trainLocator(locator, setting, context);
}

async function encoderStage(
  config: EarthTraining,
  out: string,
  rasters: Raster[],
  cells: ReturnType<typeof landCells>,
  data: string,
  context: TrainingContext,
): Promise<FrozenEncoder> {
  const { encoder, checkpointEvery } = config;
  const { seed } = encoder.views;
  const objective = encoderObjective(encoder, cells);
  const state = await runTraining(
    {
      name: "encoder",
      out,
      checkpointEvery,
      logEvery: 50,
      provenance: { config: JSON.stringify(encoder), data, seed: String(seed) },
      objective,
      state: initTrainState(objective, new Generator(seed, 1)),
      batches: (from) => viewBatches(rasters, encoder.views, from, encoder.batch),
      options: {
        steps: encoder.steps,
        rate: warmupCosine(encoder.rate, encoder.warmup, encoder.steps),
        weightDecay: encoder.weightDecay,
      },
      about: `${cells.length} cells, ${rasters.length} rasters`,
      lines(recent) {
        const { step, rate, metrics, ...last } = recent[recent.length - 1];
        const viewsPerSecond = perSecond(encoder.batch, last);
        const said = `encoder ${step}: cross-entropy ${metrics.crossEntropy.toFixed(3)}, ${Math.round(viewsPerSecond)} views/s`;
        return [{ line: { step, ...metrics, rate, viewsPerSecond }, said }];
      },
    },
    context,
  );
  return freezeEncoder(config, state.params, cells, rasters, context.runtime);
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
