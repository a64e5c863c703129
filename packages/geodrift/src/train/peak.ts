/** Trains what moves the peak of a frozen encoder's posterior to where places are: `core/net/place-peak`. */
import { join } from "node:path";
import { compile, type Tensor } from "@geodrift/compile";
import {
  convolutional,
  exampleBatches,
  Generator,
  initTrainState,
  linear,
  type Parameters,
  rawPeak,
  refiningObjective,
  type Traced,
  warmupCosine,
  withFeatureMoments,
} from "@geodrift/core";
import { nn, numpy as np } from "@jax-js/jax";
import { Matrix } from "ml-matrix";
import type { Raster } from "../earth/raster.js";
import type { EarthTraining } from "./config.js";
import { type Embedded, embedViews, exampleSource, loadEmbedded, saveEmbedded } from "./embeddings.js";
import { type FrozenTrunk, moments } from "./freeze.js";
import { digest } from "./locator-stage.js";
import { meanOver, runTraining, type TrainingContext } from "./run-training.js";

/** Views whose features decide the standardization. */
const looked = 10_000;

/**
 * Trains a peak's offset on views of its own, going on from the state that is saved.
 * @param from what the trunk was made from, for the provenance
 * @returns the weights and buffers of the peak
 * @throws GeodriftError `data` if what is saved was made with other settings or data, `training` if the training diverges
 */
export async function peakStage(
  { places, peak: setting, encoder: { views }, out, checkpointEvery }: EarthTraining,
  trunk: FrozenTrunk,
  rasters: readonly Raster[],
  from: { settings: unknown; data: string },
  context: TrainingContext,
): Promise<Parameters> {
  const config = places.peak;
  if (!config || !setting) return {};
  const { data } = from;
  const { views: count, steps, batch, seed, rate, warmup, weightDecay } = setting;
  const made = digest([from.settings, config.withinKm, count]);
  const embedded = await peaksOfViews(
    out,
    trunk,
    rasters,
    { count, withinKm: config.withinKm, views, made, data },
    context,
  );
  const into = embedded.width - 3;
  const rows = Math.min(looked, embedded.places.length / 3);
  const { mean, deviation } = moments(
    new Matrix(
      Array.from({ length: rows }, (_, i) =>
        Array.from(embedded.embeddings.subarray(i * embedded.width, i * embedded.width + into)),
      ),
    ),
  );
  const objective = refiningObjective(config, into);
  const init = (random: Generator) => withFeatureMoments(objective.init(random), mean, deviation);
  const state = await runTraining(
    {
      name: "peak",
      out,
      checkpointEvery,
      logEvery: 200,
      provenance: { config: JSON.stringify({ made, places, setting }), data, seed: String(seed) },
      objective,
      state: initTrainState({ ...objective, init }, new Generator(seed, 1)),
      batches: exampleBatches(exampleSource(embedded), batch, seed),
      options: { steps, rate: warmupCosine(rate, warmup, steps), weightDecay },
      lines(recent) {
        const last = recent[recent.length - 1];
        const loss = meanOver(recent, (r) => r.loss);
        return [
          {
            line: { step: last.step, loss: Number(loss.toFixed(6)), rate: last.rate },
            said: `peak ${last.step}: ${loss.toFixed(4)} nats`,
          },
        ];
      },
    },
    context,
  );
  return state.params;
}

/** Features of views with the centre of mass of their posterior's peak behind them, [n, features + 3]. */
async function peaksOfViews(
  out: string,
  trunk: FrozenTrunk,
  rasters: readonly Raster[],
  {
    count,
    withinKm,
    views,
    made,
    data,
  }: { count: number; withinKm: number; views: EarthTraining["encoder"]["views"]; made: string; data: string },
  { runtime, report }: TrainingContext,
): Promise<Embedded> {
  const file = join(out, "peaks.safetensors");
  const metadata = { config: made, data };
  const saved = await loadEmbedded(file, metadata);
  if (saved) return saved;
  const run = compile<[Parameters, Tensor], Tensor>(
    (p: Traced, x: np.Array) => {
      const h = convolutional(trunk.config, p, x);
      const posterior = nn.softmax(linear(p, "places.cells", h.ref));
      return np.concatenate([h, rawPeak(withinKm, posterior, p["places.centres"].ref).centre], -1);
    },
    { runtime },
  );
  const encode = async (pixels: Tensor) => (await run(trunk.params, pixels)).data as Float32Array;
  // Other views than those that locators learn from, which are to see its errors on new pictures.
  const own = { ...views, seed: views.seed + 3 };
  const embedded = await embedViews(rasters, own, count, trunk.config.embedding + 3, encode, (done) => {
    if (done % 25_600 === 0 || done === count) report(`peaks of ${done} of ${count} views`);
  });
  await run.dispose();
  await saveEmbedded(file, embedded, metadata);
  return embedded;
}
