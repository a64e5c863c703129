import { GeodriftError } from "@geodrift/core/errors";
import type { EvaluationRun } from "../evaluate/evaluate.js";
import { distinctName } from "../evaluate/report.js";
import { alone } from "../files/alone.js";
import { cannotWrite } from "../files/system-error.js";
import { finishEmbedding } from "./embedded.js";
import { finishEvaluating } from "./evaluated.js";
import { finishLocating } from "./located.js";
import { type ShardMarker, stateOf } from "./part.js";
import { readPlan } from "./plan.js";
import { openRun, type RunFolder } from "./run-folder.js";
import { arraySpec } from "./status.js";

/**
 * Puts the shards together: to the table that `embed` makes by itself, byte for byte on one kind of processor, or to the lines that
 * `locate --json` writes, to seven digits. Of several of the same picture the first is embedded, wherever the others are. Run it again after a stop.
 * @param name folder of the plan, or `s3://bucket/prefix`
 * @param out a .parquet file, beside which refusals and a manifest are written, or a .jsonl file
 * @returns what was done, to how many pictures, and how many it could not be done to
 * @throws GeodriftError `data` if shards are missing or damaged, saying which, or a table of something else is in the place; `option`
 * for a file of another ending
 */
export async function finishShards(
  name: string,
  out: string,
): Promise<{ command: "embed" | "locate"; rows: number; refused: number }> {
  const run = openRun(name);
  const plan = await readPlan(run);
  if (plan.command === "evaluate")
    throw new GeodriftError("option", `${name}: is an evaluation, of which figures are made`);
  const [ending, what] = plan.command === "embed" ? [".parquet", "table"] : [".jsonl", "list of answers"];
  if (!out.toLowerCase().endsWith(ending))
    throw new GeodriftError("option", `--out: the ${what} is a ${ending} file, got "${out}"`);
  const finish = async () => {
    const markers = await allMarkers(run, plan.shards.length);
    const { rows, refused } = await (plan.command === "embed"
      ? finishEmbedding(run, plan, markers, out)
      : finishLocating(run, markers, out));
    return { command: plan.command, rows, refused };
  };
  return alone(out, finish).catch(cannotWrite(out));
}

/**
 * The figures of evaluations in shards, those that `evaluate` tells of the same models.
 * @param names folders of the plans, or `s3://bucket/prefix`, all of one dataset
 * @param told how areas are told
 * @throws GeodriftError `data` if shards are missing or damaged, saying which; `option` if a plan is not of an evaluation, or of another
 * dataset, or with other options, than the first
 */
export async function finishEvaluations(
  names: readonly string[],
  told: Parameters<typeof finishEvaluating>[3],
): Promise<EvaluationRun[]> {
  const runs: EvaluationRun[] = [];
  const taken = new Set<string>();
  const [datasets, ways]: string[][] = [[], []];
  for (const name of names) {
    const run = openRun(name);
    const plan = await readPlan(run);
    if (plan.command !== "evaluate") throw new GeodriftError("option", `${name}: is not an evaluation`);
    const { shards, source } = plan;
    const { encoder: _, ...asked } = plan.options;
    datasets.push(JSON.stringify([source.fingerprint, shards[shards.length - 1].until, source.split?.parts]));
    ways.push(JSON.stringify(asked));
    if (datasets[0] !== datasets[datasets.length - 1])
      throw new GeodriftError(
        "option",
        `${name}: is of other examples than ${names[0]}; figures are compared on the same`,
      );
    if (ways[0] !== ways[ways.length - 1])
      throw new GeodriftError(
        "option",
        `${name}: was planned with other options than ${names[0]}: ${ways[0]}, ${ways[ways.length - 1]}`,
      );
    const made = await finishEvaluating(run, plan, await allMarkers(run, shards.length), told);
    const { model } = made.evaluation;
    runs.push({
      ...made,
      evaluation: { ...made.evaluation, model: { ...model, name: distinctName(model.name, taken) } },
    });
  }
  return runs;
}

/** @throws GeodriftError `data` naming the shards that are not done */
async function allMarkers(run: RunFolder, shards: number): Promise<ShardMarker[]> {
  const markers: ShardMarker[] = [];
  const left: number[] = [];
  let reason = "";
  for (let shard = 0; shard < shards; shard++) {
    const there = await stateOf(run, shard);
    if (there.state === "done") markers.push(there.marker);
    else left.push(shard);
    if (there.state === "damaged") reason ||= ` (${there.reason})`;
  }
  if (left.length === 0) return markers;
  throw new GeodriftError(
    "data",
    `${run.name}: ${left.length} of ${shards} shards are still to be made, ${arraySpec(left)}${reason}`,
  );
}
