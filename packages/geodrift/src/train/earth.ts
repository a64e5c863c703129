import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { compile, type Tensor } from "@geodrift/compile";
import { GeodriftError, type Parameters, placeWidth, type Traced, withCellFeatures } from "@geodrift/core";
import type { numpy as np } from "@jax-js/jax";
import { heldOutMonth, openEarthFolder } from "../earth/earth-rasters.js";
import type { Raster } from "../earth/raster.js";
import { encodePlanes } from "../encode/network-encoder.js";
import { saveTensors } from "../models/tensor-file.js";
import type { EarthTraining } from "./config.js";
import { type Embedded, embedViews, loadEmbedded, saveEmbedded } from "./embeddings.js";
import { initEncoderState, landCells, trainEncoder } from "./encoder.js";
import { type FrozenEncoder, freezeEncoder } from "./freeze.js";
import { digest, half, type LocatorSetting, type TrainingContext, trainLocator } from "./locator-stage.js";
import { metricsLog } from "./metrics-log.js";
import { type Provenance, resumeState, saveState } from "./state-file.js";

/** Trains what `config` says, going on from what its folder holds. */
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
