import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { GeodriftError } from "@geodrift/core/errors";
import { embeddedBatches } from "../embed/batches.js";
import type { EmbeddedRow } from "../embed/embeddings-file.js";
import { type OpenedEmbedding, openEmbedding } from "../embed/opened.js";
import { versions } from "../files/versions.js";
import { type PictureReader, readingHere } from "../pictures/picture-tasks.js";
import { type ShardMarker, type ShardRefusal, stateOf, writePart } from "./part.js";
import { readPlan, type ShardPlan } from "./plan.js";

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
 * @param run folder of the plan
 * @param shards their numbers
 * @throws GeodriftError `data` if source or encoder are no longer those of the plan; `option` for a shard that it does not have; and as
 * `openEmbedding`
 */
export async function runShards(
  run: string,
  shards: Iterable<number>,
  { reader = readingHere, onShard, onMistake }: RunShardsOptions = {},
): Promise<void> {
  const plan = await readPlan(run);
  let opened: OpenedEmbedding | undefined;
  try {
    for (const shard of shards) {
      if (!(shard in plan.shards))
        throw new GeodriftError("option", `${run}: has the shards 0 to ${plan.shards.length - 1}, got ${shard}`);
      const there = await stateOf(run, shard);
      if (there.state === "done") {
        onShard?.(shard, there.marker, true);
        continue;
      }
      opened ??= await openedFor(run, plan);
      onShard?.(shard, await makeShard(run, shard, plan, opened, reader, onMistake), false);
    }
  } finally {
    await opened?.encoder?.dispose();
  }
}

/** @throws GeodriftError `data` if the encoder, or what the source's columns are, is no longer what was planned */
async function openedFor(run: string, plan: ShardPlan): Promise<OpenedEmbedding> {
  const { path, ready } = plan.source;
  const opened = await openEmbedding({ path, ready, encoder: plan.encoder?.path });
  const now = opened.about(resolve(run, "table.parquet"));
  const { encoder, width, columns } = plan.about;
  const same =
    now.encoder.sha256 === encoder.sha256 &&
    isDeepStrictEqual([now.encoder.config, now.width, now.columns], [encoder.config, width, columns]);
  if (same) return opened;
  await opened.encoder?.dispose();
  throw new GeodriftError("data", `${run}: was planned with another encoder, or for other columns of ${path}`);
}

async function makeShard(
  run: string,
  shard: number,
  { shards, source: { path }, about, items }: ShardPlan,
  { source, encoder }: OpenedEmbedding,
  reader: PictureReader,
  onMistake: RunShardsOptions["onMistake"],
): Promise<ShardMarker> {
  const began = performance.now();
  const changed = () =>
    new GeodriftError("data", `${path}: is no longer what ${run} was planned for; plan it anew in another folder`);
  const from = { consumed: shard * items, chain: shards[shard - 1]?.chain ?? "" };
  const { until, chain } = shards[shard];
  const rows: EmbeddedRow[] = [];
  const refusals: ShardRefusal[] = [];
  let [item, last] = [0, from.chain];
  for await (const batch of embeddedBatches(
    source,
    encoder,
    about.width,
    reader,
    { ...from, until, last: shard === shards.length - 1 },
    changed,
  )) {
    last = batch.chain;
    for (const outcome of batch.outcomes) {
      if (outcome.mistake !== undefined) onMistake?.(outcome.id, outcome.mistake);
      // Of several of the same all are kept: the others may lie in other shards.
      if ("row" in outcome) rows.push(outcome.row);
      else refusals.push({ item, id: outcome.id, reason: outcome.reason });
      item++;
    }
  }
  if (last !== chain) throw changed();
  const seconds = (performance.now() - began) / 1000;
  return writePart(run, shard, about, { rows, refusals, seconds, versions: await versions() });
}
