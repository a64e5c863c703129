/** The commands of `geodrift shards`. */
import { GeodriftError } from "@geodrift/core/errors";
import { manifestFile, refusedFile } from "../embed/embed.js";
import { PictureProcesses } from "../pictures/picture-processes.js";
import { arrayIndex, shardsOfTask } from "../shards/array-index.js";
import { finishShards } from "../shards/finish.js";
import { type Engine, engines } from "../shards/job.js";
import { planShards, readPlan } from "../shards/plan.js";
import { runShards } from "../shards/run-shards.js";
import { arraySpec, statusOf } from "../shards/status.js";
import { exitCodes, reportError } from "./report-error.js";

/** `geodrift shards plan`. */
export async function plan(
  path: string,
  { out, ...flags }: { out: string; encoder?: string; ready?: string; items: number },
): Promise<void> {
  const { shards, items } = await planShards(out, { path, ...flags });
  const total = shards[shards.length - 1].until;
  process.stdout.write(`${out}: ${total} items in ${shards.length} shards of ${items}\n`);
}

/** `geodrift shards run`. */
export async function run(folder: string, { index, of }: { index?: number; of?: number }): Promise<number> {
  const { shards } = await readPlan(folder);
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
      const said = before ? "was done before" : `${rows} embedded, ${refused} refused, ${seconds.toFixed(1)} s`;
      process.stderr.write(`shard ${shard}: ${said}\n`);
    },
  });
  return code;
}

/** `geodrift shards job`. */
export async function job(folder: string, { for: engine, tasks }: { for: Engine; tasks?: number }): Promise<void> {
  const { shards, source } = await readPlan(folder);
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
export async function finish(folder: string, { out }: { out: string }): Promise<void> {
  if (!/\.parquet$/i.test(out)) throw new GeodriftError("option", `--out: the table is a .parquet file, got "${out}"`);
  const { rows, refused } = await finishShards(folder, out);
  process.stdout.write(`${out}: ${rows} embedded, ${refused} refused (${refusedFile(out)}), ${manifestFile(out)}\n`);
}
