/** Shards of a dataset that a model is evaluated on: what becomes of each example, of which `finish` makes the figures. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { type EvaluationRun, evaluationOf, type FigureOptions } from "../evaluate/evaluate.js";
import { openExamples } from "../evaluate/examples.js";
import { type Outcome, outcomeBatch } from "../evaluate/outcomes.js";
import { outcomesBy } from "../evaluate/outcomes-in-threads.js";
import { versions } from "../files/versions.js";
import { isEncoderName } from "../models/encoders.js";
import { isModelName, openModel, resolveModel } from "../models/load.js";
import { solvingOf } from "../models/solving.js";
import type { Gazetteer } from "../places/gazetteer.js";
import type { Part } from "../split/split.js";
import { jsonLines, type ShardMaker, type ShardMarker, writePart } from "./part.js";
import { changedSource, type EvaluatePlan, writePlan } from "./plan.js";
import { openRun, type RunFolder } from "./run-folder.js";

/** What is evaluated, on what, and how, as the command `evaluate` takes it. */
export type Evaluating = EvaluatePlan["options"] & {
  /** The dataset: `.csv` of pictures, `.json` of views, or `.parquet` of embeddings. */
  path: string;
  /** Model by name, folder or file. */
  model: string;
  /** Examples from the start; all if left out. */
  most?: number;
  /** Of a table of embeddings: a split's file, and one part of it. */
  split?: string;
  part?: Part;
};

/**
 * Opens the dataset and the model, and writes down where shards of it begin.
 * @param name where the work is to lie: a folder, or `s3://bucket/prefix`
 * @param wanted examples of a shard, rounded up to whole batches
 * @throws GeodriftError as the model and the dataset are opened, and as `writePlan`
 */
export async function planEvaluating(
  name: string,
  { path, model: named, most, split, part = "test", encoder, ...options }: Evaluating,
  wanted: number,
): Promise<EvaluatePlan> {
  const run = openRun(name);
  const resolved = await resolveModel(named, { encoder });
  // What cannot be is told before the weights are read, for their hash.
  solvingOf(resolved.description, options, 0);
  const parts = [part];
  const chosen = { most, split: split === undefined ? undefined : { file: split, parts } };
  const model = await openModel(resolved);
  const { count, ...dataset } = await openExamples(path, model, chosen)
    .then((examples) => examples.about())
    .finally(() => model.dispose());
  const items = outcomeBatch * Math.ceil(wanted / outcomeBatch);
  const shards = Array.from({ length: Math.ceil(count / items) }, (_, k) => ({
    until: Math.min(count, (k + 1) * items),
  }));
  if (count === 0) throw new GeodriftError("data", `${path}: holds no examples`);
  return writePlan(run, {
    ...{ version: 1, items, shards, command: "evaluate" },
    source: {
      ...{ named: path, path: resolve(path), ...dataset },
      ...(split !== undefined && { split: { named: split, path: resolve(split), parts } }),
    },
    model: {
      ...{ named, path: isModelName(named) ? named : resolve(named) },
      ...{ sha256: model.sha256, description: model.description },
    },
    options: {
      ...options,
      ...(encoder !== undefined && { encoder: isEncoderName(encoder) ? encoder : resolve(encoder) }),
    },
  });
}

/**
 * Opens model and dataset of a plan.
 * @throws GeodriftError `data` if one of them is no longer what was planned
 */
export async function evaluatingMaker(run: RunFolder, plan: EvaluatePlan): Promise<ShardMaker> {
  const { source, options, items, shards } = plan;
  const resolved = await resolveModel(plan.model.path, options);
  const model = await openModel(resolved);
  const most = shards[shards.length - 1].until;
  const split = source.split && { file: source.split.path, parts: source.split.parts };
  try {
    if (model.sha256 !== plan.model.sha256)
      throw new GeodriftError("data", `${run.name}: was planned with another ${plan.model.named}`);
    const examples = await openExamples(source.path, model, { split, most });
    const isOther = ({ fingerprint }: { fingerprint: string }) => fingerprint !== source.fingerprint;
    // Before pictures are embedded for nothing; a table is told by what is read of it for each shard.
    if (examples.pictures && isOther(examples.pictures)) throw changedSource(run, plan);
    return {
      async make(shard) {
        const began = performance.now();
        const first = shard * items;
        const data = await examples.embedded({ from: first, to: shards[shard].until });
        if (isOther(data)) throw changedSource(run, plan);
        const outcomes = await outcomesBy(resolved, model, data, options, { first });
        return writePart(
          run,
          shard,
          { part: { ending: "jsonl", write: jsonLines(outcomes) } },
          {
            ...{
              rows: outcomes.length,
              refused: 0,
              seconds: (performance.now() - began) / 1000,
              versions: await versions(),
            },
          },
        );
      },
      dispose: () => model.dispose(),
    };
  } catch (e) {
    await model.dispose();
    throw e;
  }
}

/**
 * The figures of all shards together.
 * @param asked how areas are told
 */
export async function finishEvaluating(
  run: RunFolder,
  { source, model, options }: EvaluatePlan,
  markers: readonly ShardMarker[],
  { official, towns }: Pick<FigureOptions, "official"> & { towns?: Gazetteer },
): Promise<EvaluationRun> {
  const outcomes: Outcome[] = [];
  for (const { part } of markers) {
    if (!part) continue;
    const { path, close } = await run.open(part);
    try {
      // Not by `readline`, which also ends lines where names may have marks.
      for (const line of (await readFile(path, "utf8")).split("\n")) if (line) outcomes.push(JSON.parse(line));
    } finally {
      await close();
    }
  }
  return evaluationOf(model, source, outcomes, { ...options, official }, towns);
}
