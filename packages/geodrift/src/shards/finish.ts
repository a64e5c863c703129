import { GeodriftError } from "@geodrift/core/errors";
import { alone } from "../files/alone.js";
import { cannotWrite } from "../files/system-error.js";
import { finishEmbedding } from "./embedded.js";
import { finishLocating } from "./located.js";
import { type ShardMarker, stateOf } from "./part.js";
import { readPlan, type ShardPlan } from "./plan.js";
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
): Promise<{ command: ShardPlan["command"]; rows: number; refused: number }> {
  const run = openRun(name);
  const plan = await readPlan(run);
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
