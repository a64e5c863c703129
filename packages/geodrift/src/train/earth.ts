import { createHash } from "node:crypto";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { compile, type Tensor } from "@geodrift/compile";
import {
  Generator,
  initTrainState,
  type Parameters,
  peakColumn,
  placeWidth,
  type Traced,
  type Vec3,
  warmupCosine,
  withCellFeatures,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import type { numpy as np } from "@jax-js/jax";
import { heldOutMonth, openEarthFolder } from "../earth/earth-rasters.js";
import type { Raster } from "../earth/raster.js";
import { encodePlanes } from "../encode/network-encoder.js";
import { alone } from "../files/alone.js";
import { domainFile, readEncoder } from "../models/encoders.js";
import { resolveModel } from "../models/load.js";
import { saveTensors } from "../models/tensor-file.js";
import { viewBatches } from "./batches/worker-batches.js";
import type { EarthTraining } from "./config.js";
import { type Embedded, embedViews, loadEmbedded, saveEmbedded } from "./embeddings.js";
import { encoderObjective, landCells } from "./encoder.js";
import { type FrozenEncoder, reducedTrunk, sampleViews, trunkOf, withPlaceHead } from "./freeze.js";
import { digest, half, type LocatorSetting, trainLocator } from "./locator-stage.js";
import { peakStage } from "./peak.js";
import { perSecond, runTraining, type TrainingContext } from "./run-training.js";

/**
 * Trains an encoder on views of the Earth, then locators on its embeddings, going on from what the config's folder holds.
 * @throws GeodriftError `not-found` or `data` if rasters are missing or show no land, `data` if a saved state is of other
 * settings or data, `training` if the training diverges
 */
export async function trainEarth(config: EarthTraining, context: TrainingContext): Promise<void> {
  const setting = await prepareEarth(config, context);
  for (const locator of config.locators) await trainLocator(locator, setting, context);
}

/**
 * What the locators of a training on views of the Earth share: the encoder and its embeddings, made as far as they are not there.
 * @throws as `trainEarth`
 */
export async function prepareEarth(config: EarthTraining, context: TrainingContext): Promise<LocatorSetting> {
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
  const given = config.model === undefined ? undefined : await encoderOf(config.model, config.encoder.views.size);
  // What decides the embeddings before the place head; how many views are embedded decides how many are standardised by.
  const settings = given
    ? [given.trunk, config.encoder.views, config.embedded]
    : [config.encoder, config.rank, config.embedded];
  const cells = given ? [] : landCells(config.encoder.cells, land);
  const from = given ?? { trained: await encoderStage(config, rasters, cells, data, context), cells };
  const encoder = await frozen(config, from, rasters, { settings, data }, context);
  const embedded = {
    ...(await embeddingStage(config, "embeddings", rasters, encoder, { settings, data }, context)),
    ...(config.places.peak && { placeColumn: peakColumn(config.places) }),
  };
  const { encoder: made, rank, places, checkpointEvery, description, licence } = config;
  return {
    out,
    checkpointEvery,
    description,
    licence,
    made: {
      ...(given ? { trunk: given.trunk, views: made.views } : { encoder: made, rank }),
      places,
      peak: config.peak,
      embedded: config.embedded,
    },
    data,
    seed: made.views.seed,
    embedded,
    // Of a seed of their own: neither the encoder's peak nor any locator has seen them.
    held: (count) => {
      const other = { ...config, embedded: count };
      // Several processes may each train a locator that wants them.
      return alone(join(out, "held"), () =>
        embeddingStage(other, "held", rasters, encoder, { settings, data }, context),
      );
    },
    async writeEncoder(to, metadata) {
      await saveTensors(join(to, "encoder.safetensors"), { tensors: encoder.params, metadata }, { half });
      const domain = given?.config.domain;
      if (!given || !domain) return encoder.config;
      // It stands on the trunk, which is the same.
      await copyFile(join(given.folder, domainFile), join(to, domainFile));
      return { ...encoder.config, domain };
    },
  };
}

/**
 * A model's encoder, its folder, and a hash of its trunk and cells, which stays when what is behind them is made anew.
 * @param size of the views, pixels
 * @throws GeodriftError `model` if it is none of views from above of that size; and as `resolveModel`
 */
async function encoderOf(model: string, size: number): Promise<FrozenEncoder & { folder: string; trunk: string }> {
  const { encoder } = await resolveModel(model);
  const { config } = encoder;
  const read = await readEncoder(encoder);
  if (config.kind !== "places" || !("network" in read) || config.trunk.size !== size)
    throw new GeodriftError("model", `${model}: its encoder is none of views from above of ${size} pixels`);
  const { params } = read.network;
  const hash = createHash("sha256").update(JSON.stringify(config.trunk));
  for (const [name, { data }] of Object.entries(trunkOf({ config, params }).params))
    hash.update(name).update(data as Float32Array);
  return { config, params, folder: encoder.folder, trunk: hash.digest("hex") };
}

/** The encoder as embeddings are made with it: trunk and cells, what is told of the peak, and the place head. */
async function frozen(
  config: EarthTraining,
  from: FrozenEncoder | { trained: Parameters; cells: readonly Vec3[] },
  rasters: Raster[],
  made: { settings: unknown[]; data: string },
  context: TrainingContext,
): Promise<FrozenEncoder> {
  const { runtime } = context;
  // Drawn twice: half a gigabyte is not kept while the peak is learned.
  const views = () => sampleViews(config, rasters);
  const trunk =
    "trained" in from ? await reducedTrunk(config, from.trained, from.cells, await views(), runtime) : trunkOf(from);
  const peak = await peakStage(config, trunk, rasters, made, context);
  return withPlaceHead(trunk, peak, config, await views(), runtime);
}

/** The weights of the trained encoder and of its cells. */
async function encoderStage(
  config: EarthTraining,
  rasters: Raster[],
  cells: readonly Vec3[],
  data: string,
  context: TrainingContext,
): Promise<Parameters> {
  const { encoder, out, checkpointEvery } = config;
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
  return state.params;
}

/** Other views than the encoder has seen, so that its embeddings are those of new pictures. */
const seedsBeyond = { embeddings: 1, held: 4 };

async function embeddingStage(
  config: EarthTraining,
  name: keyof typeof seedsBeyond,
  rasters: Raster[],
  encoder: FrozenEncoder,
  { settings, data }: { settings: unknown[]; data: string },
  { runtime, report }: TrainingContext,
): Promise<Embedded> {
  const file = join(config.out, `${name}.safetensors`);
  const metadata = { config: digest([settings, config.places, config.peak, config.embedded]), data };
  const saved = await loadEmbedded(file, metadata);
  if (saved) return saved;
  const { views } = config.encoder;
  const run = compile<[Parameters, Tensor], Tensor>((p: Traced, x: np.Array) => encodePlanes(encoder.config, p, x), {
    runtime,
  });
  const params = withCellFeatures(encoder.params);
  const encode = async (pixels: Tensor) => (await run(params, pixels)).data as Float32Array;
  const fresh = { ...views, seed: views.seed + seedsBeyond[name] };
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
