/** Shards of pictures that are embedded. */
import { open, readFile, rename, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { GeodriftError } from "@geodrift/core/errors";
import { embeddedBatches } from "../embed/batches.js";
import { checkReplaceable, type EmbedManifest, keptOf, manifestFile, refusedFile } from "../embed/embed.js";
import { type EmbeddedRow, openEmbeddings, type Provenance } from "../embed/embeddings-file.js";
import { type Embedding, encoderNameFrom, openEmbedding } from "../embed/opened.js";
import { Seen } from "../embed/seen.js";
import { refusedHead } from "../embed/work-in-progress.js";
import { writeTable } from "../embed/write-table.js";
import { toCsvRows } from "../files/csv.js";
import { sha256OfFile } from "../files/hash.js";
import { writeJsonFile } from "../files/json-file.js";
import { isS3 } from "../files/s3.js";
import { cannotRead } from "../files/system-error.js";
import { versions } from "../files/versions.js";
import { isEncoderName } from "../models/encoders.js";
import type { PictureReader } from "../pictures/picture-tasks.js";
import { jsonLines, type ShardMaker, type ShardMarker, writePart } from "./part.js";
import { beginOf, changedSource, type EmbedPlan, shardsOf, writePlan } from "./plan.js";
import { openRun, type RunFolder } from "./run-folder.js";

/** Where a table of a run would lie, from which encoders are named; of one in S3, where the command runs. */
const tableIn = ({ name }: RunFolder): string => resolve(isS3(name) ? "." : name, "table.parquet");

/** Rows that are handed on at once. */
const piece = 1024;

/** An item that did not become a row. */
interface ShardRefusal {
  /** Its number in the shard. */
  item: number;
  id: string;
  reason: string;
}

/**
 * Goes through a source, reading no picture, and writes down where shards of it begin.
 * @param name where the work is to lie: a folder, or `s3://bucket/prefix`
 * @param items of a shard, rounded up to whole batches
 * @throws GeodriftError as `openEmbedding`, `shardsOf` and `writePlan`
 */
export async function planEmbedding(name: string, embedding: Embedding, items: number): Promise<EmbedPlan> {
  const run = openRun(name);
  const { source, encoder, about } = await openEmbedding(embedding);
  await encoder?.dispose();
  async function* ids() {
    for await (const { id } of source.items()) yield id;
  }
  const { path, ready, encoder: named } = embedding;
  return writePlan(run, {
    ...(await shardsOf(path, ids(), items)),
    command: "embed",
    source: { named: path, path: isS3(path) ? path : resolve(path), ...(ready !== undefined && { ready }) },
    ...(named !== undefined && { encoder: { named, path: isEncoderName(named) ? named : resolve(named) } }),
    about: about(tableIn(run)),
  });
}

/**
 * Opens source and encoder of a plan.
 * @throws GeodriftError `data` if the encoder, or what the source's columns are, is no longer what was planned
 */
export async function embeddingMaker(
  run: RunFolder,
  plan: EmbedPlan,
  reader: PictureReader,
  onMistake?: (item: string, thrown: unknown) => void,
): Promise<ShardMaker> {
  const { path, ready } = plan.source;
  const opened = await openEmbedding({ path, ready, encoder: plan.encoder?.path });
  const { source, encoder } = opened;
  const now = opened.about(tableIn(run));
  const { about, shards } = plan;
  const same =
    now.encoder.sha256 === about.encoder.sha256 &&
    isDeepStrictEqual([now.encoder.config, now.width, now.columns], [about.encoder.config, about.width, about.columns]);
  if (!same) {
    await encoder?.dispose();
    throw new GeodriftError("data", `${run.name}: was planned with another encoder, or for other columns of ${path}`);
  }
  return {
    async make(shard) {
      const began = performance.now();
      const changed = () => changedSource(run, plan);
      const range = {
        ...beginOf(plan, shard),
        unseen: true,
        until: shards[shard].until,
        last: shard === shards.length - 1,
      };
      const rows: EmbeddedRow[] = [];
      const refusals: ShardRefusal[] = [];
      let [item, last] = [0, range.chain];
      for await (const batch of embeddedBatches(source, encoder, about.width, reader, range, changed)) {
        last = batch.chain;
        for (const outcome of batch.outcomes) {
          if (outcome.mistake !== undefined) onMistake?.(outcome.id, outcome.mistake);
          // Of several of the same all are kept: the others may lie in other shards.
          if ("row" in outcome) rows.push(outcome.row);
          else refusals.push({ item, id: outcome.id, reason: outcome.reason });
          item++;
        }
      }
      if (last !== shards[shard].chain) throw changed();
      const seconds = (performance.now() - began) / 1000;
      const table = async function* () {
        for (let from = 0; from < rows.length; from += piece) yield rows.slice(from, from + piece);
      };
      return writePart(
        run,
        shard,
        {
          ...(rows.length > 0 && { part: { ending: "parquet", write: (file) => writeTable(file, about, table()) } }),
          ...(refusals.length > 0 && { refusals: { ending: "refused.jsonl", write: jsonLines(refusals) } }),
        },
        { rows: rows.length, refused: refusals.length, seconds, versions: await versions() },
      );
    },
    dispose: async () => encoder?.dispose(),
  };
}

/**
 * Puts the shards together to the table that `embed` makes by itself.
 * @param markers of all shards, in order
 * @throws GeodriftError `data` if a table of something else is in the place
 */
export async function finishEmbedding(
  run: RunFolder,
  plan: EmbedPlan,
  markers: readonly ShardMarker[],
  out: string,
): Promise<EmbedManifest> {
  const about: Provenance = {
    ...plan.about,
    encoder: { ...plan.about.encoder, name: encoderNameFrom(plan.encoder?.path ?? plan.about.encoder.name, out) },
  };
  await checkReplaceable(out, about);
  const [whole, aside] = [`${out}.whole`, `${refusedFile(out)}.whole`];
  const refusals = await openRefusals(aside);
  const seen = new Seen();
  async function* kept(): AsyncGenerator<EmbeddedRow[]> {
    for (const marker of markers) yield* keptOfShard(run, marker, seen, refusals.add);
  }
  try {
    const rows = await writeTable(whole, about, kept());
    const refused = await refusals.close();
    const sha256 = await sha256OfFile(whole);
    // Of one program it is what that program says by itself.
    const made = [...new Set(markers.map((m) => m.versions))].join("; ");
    const manifest: EmbedManifest = { ...about, rows, refused, sha256, versions: made };
    await writeJsonFile(manifestFile(out), manifest);
    await rename(aside, refusedFile(out));
    await rename(whole, out);
    return manifest;
  } finally {
    await refusals.close();
    for (const file of [whole, aside]) await rm(file, { force: true });
  }
}

/** The rows of a shard that is done, in order, in pieces. */
async function* rowsOf(run: RunFolder, { part }: ShardMarker): AsyncGenerator<EmbeddedRow[]> {
  if (!part) return;
  const { path, close } = await run.open(part);
  try {
    yield* (await openEmbeddings(path)).rows();
  } finally {
    await close();
  }
}

/** The rows of a shard that count, in pieces; what does not count is handed to `refuse`, in the order of the items. */
async function* keptOfShard(
  run: RunFolder,
  marker: ShardMarker,
  seen: Seen,
  refuse: (refusal: { id: string; reason: string }) => Promise<void>,
): AsyncGenerator<EmbeddedRow[]> {
  const waiting = refusalsOf(run, marker);
  let next = await waiting.next();
  let item = 0;
  const refusedBefore = async () => {
    for (; !next.done && next.value.item === item; next = await waiting.next(), item++) await refuse(next.value);
  };
  for await (const rows of rowsOf(run, marker)) {
    const own: EmbeddedRow[] = [];
    for (const row of rows) {
      await refusedBefore();
      const kept = keptOf({ id: row.id, row }, seen);
      if ("row" in kept) own.push(kept.row);
      else await refuse(kept);
      item++;
    }
    yield own;
  }
  await refusedBefore();
}

async function* refusalsOf(run: RunFolder, { refusals }: ShardMarker): AsyncGenerator<ShardRefusal> {
  if (!refusals) return;
  const { path, close } = await run.open(refusals);
  const text = await readFile(path, "utf8").catch(cannotRead(path)).finally(close);
  // Not by `readline`, which also ends lines where names may have marks.
  for (const line of text.split("\n")) if (line) yield JSON.parse(line);
}

/** The file of refusals as `embed` writes it. */
async function openRefusals(file: string) {
  const handle = await open(file, "w");
  let [count, closed] = [0, false];
  await handle.write(refusedHead);
  return {
    async add({ id, reason }: { id: string; reason: string }) {
      await handle.write(toCsvRows([[id, reason]]));
      count++;
    },
    /** @returns how many there were */
    async close(): Promise<number> {
      if (closed) return count;
      closed = true;
      await handle.sync();
      await handle.close();
      return count;
    },
  };
}
