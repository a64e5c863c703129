/** The commands of `geodrift shards`. */
import { GeodriftError } from "@geodrift/core/errors";
import { manifestFile, refusedFile } from "../embed/embed.js";
import { reportOf, writeReport } from "../evaluate/report.js";
import { toMarkdown } from "../evaluate/table.js";
import { PictureProcesses } from "../pictures/picture-processes.js";
import { arrayIndex, shardsOfTask } from "../shards/array-index.js";
import { planEmbedding } from "../shards/embedded.js";
import { type Evaluating, planEvaluating } from "../shards/evaluated.js";
import { finishEvaluations, finishShards } from "../shards/finish.js";
import { type Engine, engines } from "../shards/job.js";
import { type Locating, planLocating } from "../shards/located.js";
import { readPlan } from "../shards/plan.js";
import { openRun } from "../shards/run-folder.js";
import { runShards } from "../shards/run-shards.js";
import { arraySpec, statusOf } from "../shards/status.js";
import { commandLine } from "./command-line.js";
import type { FigureFlags } from "./figure-options.js";
import { figuresAsked } from "./figures-asked.js";
import { exitCodes, reportError } from "./report-error.js";

/** What was done to pictures. */
const doneIn = { embed: "embedded", locate: "located", evaluate: "evaluated" } as const;

/** Options of `geodrift shards plan` that are not of pictures which are embedded. */
const solving = ["samples", "steps", "guidance", "seed", "solver"] as const;
const locatingAlone = ["prior", "abstain"] as const;
const evaluatingAlone = ["most", "likelihoods", "whole", "split", "part"] as const;

/** Samples of an evaluation, at the least. */
const leastEvaluated = 8;

/** What `geodrift shards plan` is asked. */
export interface PlanFlags extends Partial<Omit<Locating & Evaluating, "path">> {
  out: string;
  items: number;
  ready?: string;
  evaluate?: string;
}

/** `geodrift shards plan`. */
export async function plan(path: string, { out, items: wanted, ...flags }: PlanFlags): Promise<void> {
  const { ready, model, evaluate, ...asked } = flags;
  const ways = (["ready", "model", "evaluate"] as const).filter((name) => flags[name] !== undefined);
  if (ways.length > 1)
    throw new GeodriftError(
      "option",
      `--ready is of embeddings, --model locates pictures, and --evaluate tells how a model does: got --${ways.join(" and --")}`,
    );
  const refuse = (names: readonly (keyof typeof asked)[], of: string) => {
    const odd = names.find((name) => asked[name] !== undefined);
    if (odd) throw new GeodriftError("option", `--${odd} is of ${of}`);
  };
  if (evaluate === undefined && model === undefined)
    refuse(solving, "pictures that are located or evaluated, by what says --model or --evaluate");
  if (model === undefined) refuse(locatingAlone, "pictures that are located, by what says --model");
  if (evaluate === undefined) refuse(evaluatingAlone, "a dataset that a model is evaluated on, which says --evaluate");
  else if (asked.samples !== undefined && asked.samples < leastEvaluated)
    throw new GeodriftError(
      "option",
      `--samples: an evaluation draws at least ${leastEvaluated}, got ${asked.samples}`,
    );
  if (asked.part !== undefined && asked.split === undefined)
    throw new GeodriftError("option", "--part is of a split, which says --split");
  const { shards, items } = await (model !== undefined
    ? planLocating(out, { samples: 256, guidance: 0, seed: 0, ...asked, path, model }, wanted)
    : evaluate !== undefined
      ? planEvaluating(out, { samples: 256, guidance: 2, seed: 0, ...asked, path, model: evaluate }, wanted)
      : planEmbedding(out, { path, encoder: asked.encoder, ready }, wanted));
  const total = shards[shards.length - 1].until;
  process.stdout.write(`${out}: ${total} items in ${shards.length} shards of ${items}\n`);
}

/** `geodrift shards run`. */
export async function run(folder: string, { index, of }: { index?: number; of?: number }): Promise<number> {
  const { shards, command } = await readPlan(openRun(folder));
  const done = doneIn[command];
  const task = index ?? arrayIndex(process.env);
  if (task === undefined && of !== undefined)
    throw new GeodriftError("option", "--of: which of the tasks this is says --index, or the engine of an array job");
  const tasks = of ?? shards.length;
  if (task !== undefined && task >= tasks)
    throw new GeodriftError("option", `--index: of ${tasks} tasks the last one is ${tasks - 1}, got ${task}`);
  const own = task === undefined ? [...shards.keys()] : shardsOfTask(task, tasks, shards.length);
  let code: number = exitCodes.done;
  await runShards(folder, own, {
    reader: new PictureProcesses(),
    onMistake(item, thrown) {
      code = reportError(thrown, item);
    },
    onShard(shard, { rows, refused, seconds }, before) {
      const said = before ? "was done before" : `${rows} ${done}, ${refused} refused, ${seconds.toFixed(1)} s`;
      process.stderr.write(`shard ${shard}: ${said}\n`);
    },
  });
  return code;
}

/** `geodrift shards job`. */
export async function job(folder: string, { for: engine, tasks }: { for: Engine; tasks?: number }): Promise<void> {
  const { shards, source } = await readPlan(openRun(folder));
  const { most, write } = engines[engine];
  process.stdout.write(write({ run: folder, source: source.path, tasks: Math.min(tasks ?? most, shards.length) }));
}

/** `geodrift shards status`. */
export async function status(folder: string, { json }: { json?: boolean }): Promise<number> {
  const seen = await statusOf(folder);
  const { shards, done, missing, damaged, rows, refused } = seen;
  if (json) process.stdout.write(`${JSON.stringify(seen)}\n`);
  else {
    process.stdout.write(`${done} of ${shards} shards are done: ${rows} rows, ${refused} refused\n`);
    if (missing.length > 0) process.stdout.write(`missing: ${arraySpec(missing)}\n`);
    for (const { shard, reason } of damaged) process.stdout.write(`damaged: ${shard} (${reason})\n`);
  }
  return done === shards ? exitCodes.done : exitCodes.failed;
}

/** `geodrift shards finish`. */
export async function finish(folders: string[], { out, ...figures }: { out: string } & FigureFlags): Promise<void> {
  const [folder] = folders;
  const { command } = await readPlan(openRun(folder));
  if (command === "evaluate") {
    const { towns, groupings } = await figuresAsked(figures);
    const runs = await finishEvaluations(folders, { official: figures.official, towns });
    const report = reportOf(runs, [], [], groupings);
    for (const table of report.tables) process.stdout.write(`${toMarkdown(table)}\n`);
    await writeReport(out, report, commandLine());
    return;
  }
  const odd = Object.keys(figures)[0];
  if (odd) throw new GeodriftError("option", `--${odd} is of evaluations, ${folder} is of "${command}"`);
  if (folders.length > 1)
    throw new GeodriftError(
      "option",
      `of several plans at once evaluations are finished, ${folder} is of "${command}"`,
    );
  const { rows, refused } = await finishShards(folder, out);
  const beside = command === "embed" ? ` (${refusedFile(out)}), ${manifestFile(out)}` : "";
  process.stdout.write(`${out}: ${rows} ${doneIn[command]}, ${refused} refused${beside}\n`);
}
