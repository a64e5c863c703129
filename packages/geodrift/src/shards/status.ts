import { type ShardState, stateOf } from "./part.js";
import { readPlan } from "./plan.js";
import { openRun } from "./run-folder.js";

/** How far a run is. */
export interface RunStatus {
  shards: number;
  done: number;
  /** Numbers of shards that are not there. */
  missing: number[];
  /** Those whose files are not what their markers say, and why. */
  damaged: { shard: number; reason: string }[];
  /** Of those that are done. */
  rows: number;
  refused: number;
}

/**
 * Looks at every shard of a run, reading all that it has left.
 * @param name folder of the plan, or `s3://bucket/prefix`
 * @throws GeodriftError as `readPlan`
 */
export async function statusOf(name: string): Promise<RunStatus> {
  const run = openRun(name);
  const { shards } = await readPlan(run);
  const status: RunStatus = { shards: shards.length, done: 0, missing: [], damaged: [], rows: 0, refused: 0 };
  for (let shard = 0; shard < shards.length; shard++) {
    const seen: ShardState = await stateOf(run, shard, { reading: true });
    if (seen.state === "missing") status.missing.push(shard);
    else if (seen.state === "damaged") status.damaged.push({ shard, reason: seen.reason });
    else {
      status.done++;
      status.rows += seen.marker.rows;
      status.refused += seen.marker.refused;
    }
  }
  return status;
}

/** Numbers as array jobs take them: `3,17,40-44`. @param numbers rising */
export function arraySpec(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const n of numbers) {
    const last = runs[runs.length - 1];
    if (last && n === last[1] + 1) last[1] = n;
    else runs.push([n, n]);
  }
  return runs.map(([a, b]) => (a === b ? `${a}` : `${a}-${b}`)).join(",");
}
