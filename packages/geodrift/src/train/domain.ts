/** Trains what tells pictures that an encoder of views is for from all others (core/net/domain-head), the encoder as it is. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { compile, type Tensor, tensor } from "@geodrift/compile";
import {
  domainLogOdds,
  domainWidth,
  Generator,
  initDomainHead,
  initTrainState,
  mean,
  type Objective,
  type Parameters,
  softplus,
  type Traced,
  warmupCosine,
  withMoments,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import type { numpy as np } from "@jax-js/jax";
import { heldOutMonth, openEarthFolder } from "../earth/earth-rasters.js";
import type { Raster } from "../earth/raster.js";
import type { PlaceEncoderConfig } from "../encode/config.js";
import { writeJsonFile } from "../files/json-file.js";
import { versions } from "../files/versions.js";
import { domainFile } from "../models/encoders.js";
import { resolveModel } from "../models/load.js";
import { loadTensors, saveTensors } from "../models/tensor-file.js";
import type { Picture } from "../pictures/picture.js";
import { planesInto } from "../pictures/planes.js";
import { viewBatches } from "./batches/worker-batches.js";
import type { DomainTraining } from "./config.js";
import { digest } from "./locator-stage.js";
import { otherPictures, pattern } from "./other-pictures.js";
import { meanOver, runTraining, type TrainingContext } from "./run-training.js";

/** Features of pictures, and which of them are views. */
interface DomainBatch {
  features: Tensor;
  /** 1 for a view, 0 for another picture, [n, 1]. */
  views: Tensor;
}

/** Pictures at once through the trunk. */
const atOnce = 256;

/** Share of a picture's features that are hidden in training: the head is not to rely on few. */
const hidden = 0.2;

/**
 * Trains the head, going on from what the config's folder holds, and writes `domain.safetensors` and `domain.json`, which
 * belong into the model's folder.
 * @throws GeodriftError `model` for a model without an encoder of views, `not-found` or `data` if rasters or pictures are
 * missing, `data` if a saved state is of other settings or data, `training` if the training diverges
 */
export async function trainDomain(config: DomainTraining, context: TrainingContext): Promise<void> {
  const { out, name, views, batch, seed, of } = config;
  await mkdir(out, { recursive: true });
  const { encoder } = await resolveModel(config.model);
  if (encoder.config.kind !== "places")
    throw new GeodriftError("model", `${config.model}: its encoder is none of views from above`);
  const { trunk } = encoder.config;
  if (views.size !== trunk.size)
    throw new GeodriftError("data", `views: the encoder takes pictures of ${trunk.size} pixels, got ${views.size}`);
  const { tensors } = await loadTensors(join(encoder.folder, "encoder.safetensors"));
  const folder = await openEarthFolder(config.rasters);
  const land = await folder.land();
  const rasters: Raster[] = [];
  for (const month of folder.months.filter((m) => m !== heldOutMonth)) rasters.push(await folder.month(month, land));
  const look = trunkFeatures(encoder.config, tensors, context);
  const [inside, outside] = [await viewFeatures(config, rasters, look), await otherFeatures(config, look)];
  await look.dispose();
  context.report(`${name}: ${inside.length} views, ${outside.length} other pictures`);
  const width = domainWidth(trunk);
  const statistics = statisticsOf(inside, width);
  const objective = domainObjective(config, encoder.config, statistics);
  const { out: _, rasters: __, others: ___, checkpointEvery, ...made } = config;
  const data = digest([rasters.map((r) => [r.name, r.sha256]), outside.length]);
  const provenance = { config: JSON.stringify(made), data, seed: String(seed) };
  const centre = statistics["domain.mean"].data as Float32Array;
  async function* batches(from: number): AsyncGenerator<DomainBatch> {
    for (let step = from; ; step++) {
      const random = new Generator(seed, 1, step);
      const features = new Float32Array(batch * width);
      const truth = Float32Array.from({ length: batch }, (_, i) => i % 2);
      truth.forEach((isView, i) => {
        const among = isView ? inside : outside;
        features.set(among[Math.floor(among.length * random.uniform())], i * width);
        for (let k = 0; k < width; k++) if (random.uniform() < hidden) features[i * width + k] = centre[k];
      });
      yield { features: tensor(features, [batch, width]), views: tensor(truth, [batch, 1]) };
    }
  }
  const state = await runTraining(
    {
      ...{ name, out, checkpointEvery, logEvery: 50, provenance, objective, batches },
      state: initTrainState(objective, new Generator(seed, 0)),
      options: {
        steps: config.steps,
        rate: warmupCosine(config.rate, config.warmup, config.steps),
        weightDecay: config.weightDecay,
      },
      lines(recent) {
        const { step, rate } = recent[recent.length - 1];
        const [loss, errors] = [meanOver(recent, (r) => r.loss), meanOver(recent, (r) => r.metrics.errors)];
        const said = `${name} ${step}: cross-entropy ${loss.toFixed(4)}, ${(100 * errors).toFixed(2)} % wrong`;
        return [{ line: { step, loss, errors, rate }, said }];
      },
    },
    context,
  );
  const metadata = { ...provenance, versions: await versions() };
  const half = (tensorName: string) => tensorName.endsWith(".weight");
  await saveTensors(join(out, domainFile), { tensors: state.params, metadata }, { half });
  await writeJsonFile(join(out, "domain.json"), { of, hidden: config.hidden, least: config.least });
}

/** Moments of the trunk's channels, by pictures as planes [n, 3, size, size]. */
function trunkFeatures({ trunk }: PlaceEncoderConfig, params: Parameters, { runtime }: TrainingContext) {
  const run = compile<[Parameters, Tensor], Tensor>(
    (p: Traced, pixels: np.Array) => withMoments(trunk, p, pixels).moments,
    { runtime },
  );
  const rows = async (planes: Float32Array, n: number): Promise<Float32Array[]> => {
    const out = (await run(params, tensor(planes, [n, 3, trunk.size, trunk.size]))).data as Float32Array;
    return Array.from({ length: n }, (_, i) => out.slice((i * out.length) / n, ((i + 1) * out.length) / n));
  };
  return { rows, dispose: () => run.dispose() };
}

type Look = ReturnType<typeof trunkFeatures>;

/** Deviation of a view's brightness, 0 … 1, from which on it shows more than the open sea. */
const leastDeviation = 0.04;

/**
 * A third of the views as augmented as those that the encoder learned from, a third as they are, and a third from anywhere
 * on the globe, as long as they show more than the open sea: of coasts and islands land alone has few.
 */
async function viewFeatures({ views, count }: DomainTraining, rasters: readonly Raster[], look: Look) {
  const all: Float32Array[] = [];
  const plain = { ...views, seed: views.seed + 1, augment: 0, seasons: undefined };
  const anywhere = { ...views, seed: views.seed + 2, centres: "globe" as const };
  for (const options of [views, plain, anywhere]) {
    const enough = all.length + count / 3;
    for await (const { pixels } of viewBatches(rasters, options, 0, atOnce)) {
      const rows = await look.rows(pixels, atOnce);
      const size = pixels.length / atOnce;
      const isWanted = (_: Float32Array, i: number) =>
        // Of land, ice and deserts show as little.
        options !== anywhere || deviationOf(pixels.subarray(i * size, (i + 1) * size)) >= leastDeviation;
      all.push(...rows.filter(isWanted));
      if (all.length >= enough) break;
    }
  }
  return all;
}

/** Of planes of pixels [3, area], in the mean over the colours. */
function deviationOf(planes: Float32Array): number {
  const area = planes.length / 3;
  const deviations = [0, 1, 2].map((c) => {
    const x = planes.subarray(c * area, (c + 1) * area);
    const mean = x.reduce((a, b) => a + b) / area;
    return Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / area);
  });
  return deviations.reduce((a, b) => a + b) / 3;
}

async function otherFeatures({ others, views, patterns, seed }: DomainTraining, look: Look) {
  const all: Float32Array[] = [];
  let waiting: Picture[] = [];
  const area = views.size ** 2;
  const flush = async () => {
    const planes = new Float32Array(waiting.length * 3 * area);
    waiting.forEach((picture, i) => {
      planesInto(planes, i * 3 * area, picture.data, 3, area);
    });
    if (waiting.length > 0) all.push(...(await look.rows(planes, waiting.length)));
    waiting = [];
  };
  const take = async (picture: Picture) => {
    waiting.push(picture);
    if (waiting.length === atOnce) await flush();
  };
  for await (const picture of otherPictures(others, views.size, seed)) await take(picture);
  for (let i = 0; i < patterns; i++) await take(pattern(views.size, seed + 1, i));
  await flush();
  return all;
}

function statisticsOf(rows: readonly Float32Array[], width: number): Parameters {
  const [sums, squares] = [new Float64Array(width), new Float64Array(width)];
  for (const row of rows)
    for (let k = 0; k < width; k++) {
      sums[k] += row[k] / rows.length;
      squares[k] += row[k] ** 2 / rows.length;
    }
  const deviation = (k: number) => Math.sqrt(Math.max(0, squares[k] - sums[k] ** 2));
  return {
    "domain.mean": tensor(Float32Array.from(sums), [width]),
    "domain.scale": tensor(
      Float32Array.from(sums, (_, k) => 1 / (deviation(k) + 1e-5)),
      [width],
    ),
  };
}

/** Binary cross-entropy of the log-odds, nats; `errors` is the share of pictures on the wrong side. */
const domainObjective = (
  config: DomainTraining,
  { trunk }: PlaceEncoderConfig,
  statistics: Parameters,
): Objective<DomainBatch> => ({
  init: (random) => initDomainHead(config, trunk, statistics, random),
  learned: (name) => !(name in statistics),
  inputs: ({ features, views }) => ({ features, views }),
  loss(p, { features, views }) {
    const logOdds = domainLogOdds(p, features);
    const wrong = logOdds.ref.greater(0).astype(views.dtype).sub(views.ref);
    const loss = softplus(logOdds.ref).sub(logOdds.mul(views));
    return {
      loss: mean(loss, [0, 1]).reshape([]),
      metrics: { errors: mean(wrong.ref.mul(wrong), [0, 1]).reshape([]) },
    };
  },
});
