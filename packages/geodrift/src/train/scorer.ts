/** Trains what judges pictures of places (core/net/scorer), on real views alone. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { tensor } from "@geodrift/compile";
import {
  Generator,
  initTrainState,
  type ScorerConfig,
  type ScoringBatch,
  scorerObjective,
  warmupCosine,
} from "@geodrift/core";
import { attributeNames, attributes } from "../earth/attributes.js";
import { writeJsonFile } from "../files/json-file.js";
import { versions } from "../files/versions.js";
import type { ScorerDescription } from "../models/schema.js";
import { saveTensors } from "../models/tensor-file.js";
import type { ScoringBatchData, ScoringWork } from "./batches/scoring-batches.js";
import { scoringBatches } from "./batches/worker-batches.js";
import { openCaptioned } from "./captioned-source.js";
import type { ScorerTraining } from "./config.js";
import { perSecond, runTraining, type TrainingContext } from "./run-training.js";
import type { Provenance } from "./state-file.js";

/**
 * Trains a judge of pictures, going on from what the config's folder holds, and writes its model folder.
 * @throws GeodriftError `not-found` or `data` if rasters are missing, `data` if a saved state is of other settings or
 * data, `training` if the training diverges
 */
export async function trainScorer(config: ScorerTraining, context: TrainingContext): Promise<void> {
  const { out, name } = config;
  await mkdir(out, { recursive: true });
  const { source, views, data } = await openCaptioned(config);
  const network: ScorerConfig = {
    ...config.network,
    attributes: Object.fromEntries(attributeNames.map((a) => [a, attributes[a].classes.length])),
  };
  const { out: _, rasters: __, checkpointEvery, ...made } = config;
  const provenance: Provenance = { config: JSON.stringify(made), data, seed: String(config.seed) };
  const work: ScoringWork = { source, views, size: network.trunk.size, octaves: network.octaves };
  const objective = scorerObjective(network);
  const state = await runTraining(
    {
      name,
      out,
      checkpointEvery,
      logEvery: 50,
      provenance,
      objective,
      state: initTrainState(objective, new Generator(config.seed, 0)),
      async *batches(from) {
        for await (const batch of scoringBatches(work, from, config.batch)) yield asTensors(batch, work, config.batch);
      },
      options: {
        steps: config.steps,
        rate: warmupCosine(config.rate, config.warmup, config.steps),
        weightDecay: config.weightDecay,
      },
      lines(recent) {
        const { step, loss, rate, metrics, ...last } = recent[recent.length - 1];
        const viewsPerSecond = perSecond(config.batch, last);
        const said = `${name} ${step}: loss ${loss.toFixed(3)}, contrast ${metrics.contrast.toFixed(3)}, ${Math.round(viewsPerSecond)} views/s`;
        return [{ line: { step, loss, ...metrics, rate, viewsPerSecond }, said }];
      },
    },
    context,
  );
  const folder = join(out, name);
  await mkdir(folder, { recursive: true });
  const metadata = { ...provenance, versions: await versions() };
  await saveTensors(join(folder, "model.safetensors"), { tensors: state.params, metadata }, { half: () => true });
  const { description, licence } = config;
  const { heldOut } = views;
  const model: ScorerDescription = {
    method: "judge",
    name,
    description,
    licence,
    heldOut,
    network,
  } as ScorerDescription;
  await writeJsonFile(join(folder, "model.json"), model);
}

const asTensors = ({ pixels, places, classes }: ScoringBatchData, { size }: ScoringWork, n: number): ScoringBatch => ({
  pixels: tensor(pixels, [n, 3, size, size]),
  places: tensor(places, [n, 2, places.length / n / 2]),
  classes: Object.fromEntries(
    attributeNames.map((name, a) => [name, tensor(classes.slice(a * n, (a + 1) * n), [n], "int32")]),
  ),
});
