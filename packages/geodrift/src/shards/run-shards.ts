import { GeodriftError } from "@geodrift/core/errors";
import { type PictureReader, readingHere } from "../pictures/picture-tasks.js";
import { embeddingMaker } from "./embedded.js";
import { evaluatingMaker } from "./evaluated.js";
import { locatingMaker } from "./located.js";
import { type ShardMaker, type ShardMarker, stateOf } from "./part.js";
import { readPlan, type ShardPlan } from "./plan.js";
import { openRun, type RunFolder } from "./run-folder.js";

/** Who reads, and who hears of it. */
export interface RunShardsOptions {
  /** Who reads the pictures; this thread if left out. */
  reader?: PictureReader;
  /** Told of every shard that is made, or was done before. */
  onShard?: (shard: number, marker: ShardMarker, before: boolean) => void;
  /** Told of every item that a mistake of the program refuses. */
  onMistake?: (item: string, thrown: unknown) => void;
}

/**
 * Makes shards that are not done, one after another.
 * @param name folder of the plan, or `s3://bucket/prefix`
 * @param shards their numbers
 * @throws GeodriftError `data` if source, encoder or model are no longer those of the plan; `option` for a shard that it does not
 * have; and as they are opened
 */
export async function runShards(
  name: string,
  shards: Iterable<number>,
  { reader = readingHere, onShard, onMistake }: RunShardsOptions = {},
): Promise<void> {
  const run = openRun(name);
  const plan = await readPlan(run);
  let maker: ShardMaker | undefined;
  try {
    for (const shard of shards) {
      if (!(shard in plan.shards))
        throw new GeodriftError("option", `${name}: has the shards 0 to ${plan.shards.length - 1}, got ${shard}`);
      const there = await stateOf(run, shard);
      if (there.state === "done") {
        onShard?.(shard, there.marker, true);
        continue;
      }
      maker ??= await makerOf(run, plan, reader, onMistake);
      onShard?.(shard, await maker.make(shard), false);
    }
  } finally {
    await maker?.dispose();
  }
}

function makerOf(
  run: RunFolder,
  plan: ShardPlan,
  reader: PictureReader,
  onMistake: RunShardsOptions["onMistake"],
): Promise<ShardMaker> {
  if (plan.command === "embed") return embeddingMaker(run, plan, reader, onMistake);
  return plan.command === "locate" ? locatingMaker(run, plan, reader, onMistake) : evaluatingMaker(run, plan);
}
