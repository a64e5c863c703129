/** Trains what judges pictures of places (core/net/judge), on real views alone. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { compile, type Runtime, type Tensor, tensor } from "@geodrift/compile";
import {
  adamw,
  Generator,
  GeodriftError,
  initJudge,
  type JudgeConfig,
  judgeLoss,
  noughtMoments,
  optimize,
  type Parameters,
  type Traced,
  warmupCosine,
} from "@geodrift/core";
import * as jax from "@jax-js/jax";
import { attributeNames, attributes } from "../earth/attributes.js";
import { writeJsonFile } from "../files/json-file.js";
import { versions } from "../files/versions.js";
import type { JudgeDescription } from "../models/schema.js";
import { saveTensors } from "../models/tensor-file.js";
import { type JudgeWork, judgeBatches } from "./batches/judge-batches.js";
import { openCaptioned } from "./captioned-source.js";
import type { JudgeTraining } from "./config.js";
import type { TrainingContext } from "./locator-stage.js";
import { metricsLog } from "./metrics-log.js";
import { type Provenance, type Resumable, resumeState, saveState } from "./state-file.js";

interface JudgeMetrics {
  step: number;
  loss: number;
  contrast: number;
  rate: number;
  viewsPerSecond: number;
}

/** Trains what `config` says, going on from what its folder holds. */
export async function trainJudge(config: JudgeTraining, { runtime, report }: TrainingContext): Promise<void> {
  const { out, name } = config;
  await mkdir(out, { recursive: true });
  const { source, views, data } = await openCaptioned(config);
  const network: JudgeConfig = {
    ...config.network,
    attributes: Object.fromEntries(attributeNames.map((a) => [a, attributes[a].classes.length])),
  };
  const params = initJudge(network, new Generator(config.seed, 0));
  const state: Resumable = { step: 0, params, moments: noughtMoments(params) };
  const { out: _, rasters: __, checkpointEvery, ...made } = config;
  const provenance: Provenance = { config: JSON.stringify(made), data, seed: String(config.seed) };
  const file = join(out, `${name}.state.safetensors`);
  await resumeState(file, state, provenance);
  const log = metricsLog<JudgeMetrics>(join(out, `${name}.jsonl`), state.step);
  if (state.step < config.steps) report(`${name}: from step ${state.step} to ${config.steps}`);
  const work: JudgeWork = { source, views, size: network.trunk.size, octaves: network.octaves };
  for await (const m of judgeSteps(state, config, network, work, runtime)) {
    if (m.step % 50 === 0 || m.step === config.steps) {
      log(m);
      report(
        `${name} ${m.step}: loss ${m.loss.toFixed(3)}, contrast ${m.contrast.toFixed(3)}, ${Math.round(m.viewsPerSecond)} views/s`,
      );
    }
    if (m.step % checkpointEvery === 0 || m.step === config.steps) await saveState(file, state, provenance);
  }
  const folder = join(out, name);
  await mkdir(folder, { recursive: true });
  const metadata = { ...provenance, versions: await versions() };
  await saveTensors(join(folder, "model.safetensors"), { tensors: state.params, metadata }, { half: () => true });
  const { description, licence } = config;
  const { heldOut } = views;
  const model: JudgeDescription = { method: "judge", name, description, licence, heldOut, network } as JudgeDescription;
  await writeJsonFile(join(folder, "model.json"), model);
}

type Arr = jax.Array;

async function* judgeSteps(
  state: Resumable,
  config: JudgeTraining,
  network: JudgeConfig,
  work: JudgeWork,
  runtime: Runtime,
): AsyncGenerator<JudgeMetrics> {
  const { batch: n } = config;
  const gradient = compile<[Parameters, Tensor, Tensor, Record<string, Tensor>], [[Tensor, Tensor], Parameters]>(
    (p: Traced, pixels: Arr, places: Arr, classes: Record<string, Arr>) =>
      jax.valueAndGrad(
        (q: Traced) => {
          const own = Object.fromEntries(Object.entries(classes).map(([name, c]) => [name, c.ref]));
          return judgeLoss(network, q, pixels.ref, places.ref, own) as never;
        },
        { hasAux: true },
      )(p as never) as never,
    { runtime },
  );
  const rate = warmupCosine(config.rate, config.warmup, config.steps);
  let then = performance.now();
  try {
    for await (const batch of judgeBatches(work, state.step, n)) {
      if (state.step >= config.steps) break;
      const lr = rate(state.step);
      const classes = attributeNames.map((name, a) => {
        const own = batch.classes.slice(a * n, (a + 1) * n);
        return [name, tensor(own, [n], "int32")] as const;
      });
      const [[loss, contrast], gradients] = await gradient(
        state.params,
        tensor(batch.pixels, [n, 3, work.size, work.size]),
        tensor(batch.places, [n, 2, batch.places.length / n / 2]),
        Object.fromEntries(classes),
      );
      const value = loss.data[0] as number;
      if (!Number.isFinite(value))
        throw new GeodriftError("data", `training diverged: the loss of step ${state.step + 1} is ${value}`);
      optimize(adamw, state, gradients, lr, state.step + 1, { weightDecay: config.weightDecay });
      state.step++;
      const now = performance.now();
      yield {
        step: state.step,
        loss: value,
        contrast: contrast.data[0] as number,
        rate: lr,
        viewsPerSecond: (1000 * n) / (now - then),
      };
      then = now;
    }
  } finally {
    await gradient.dispose();
  }
}
