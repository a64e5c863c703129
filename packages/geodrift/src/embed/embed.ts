/** From pictures with places to a table of embeddings: streaming, in constant memory, going on after any stop. */

import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { LatLng } from "@geodrift/core";
import { failureOf, GeodriftError, isMendable } from "@geodrift/core/errors";
import type { PictureSource, SourceItem } from "../datasets/sources/source.js";
import type { Encoder } from "../encode/encoder.js";
import { alone } from "../files/alone.js";
import { writeJsonFile } from "../files/json-file.js";
import { cannotWrite } from "../files/system-error.js";
import { versions } from "../files/versions.js";
import { type FileHold, holding } from "../pictures/memory-budget.js";
import type { Picture } from "../pictures/picture.js";
import { type PictureReader, readingHere } from "../pictures/picture-tasks.js";
import { type EmbeddedRow, openEmbeddings, type Provenance } from "./embeddings-file.js";
import { Seen } from "./seen.js";
import { type Refusal, WorkInProgress } from "./work-in-progress.js";

/** How work on a table is followed and saved. */
export interface EmbedOptions {
  /** Told how far the work is: items of the source, rows of the table, refusals. */
  onProgress?: (done: { items: number; rows: number; refused: number }) => void;
  /** Told of every item that a mistake of the program refuses. */
  onMistake?: (item: string, thrown: unknown) => void;
  /** Told once that another process embeds into the same table, which is waited for. */
  onWait?: () => void;
  /** Most seconds of work that a stop may cost; 60 if left out. */
  saveEverySeconds?: number;
  /** Who reads the pictures; this thread if left out. */
  reader?: PictureReader;
}

/** What is written of a table beside it. */
export interface EmbedManifest extends Provenance {
  /** Rows of the table. */
  rows: number;
  /** Items that did not become rows. */
  refused: number;
  /** Hash of the table's file, hexadecimal. */
  sha256: string;
  /** Versions of the program and of what it computes with. */
  versions: string;
}

/** Pictures that are read and decoded ahead of the encoder. */
const ahead = 16;
/** Pictures that the encoder is given at once. */
const batchSize = 32;
/** Rows that are kept in memory between two saves at most. */
const maxRows = 1024;
/** Items after which a batch ends even if it is not full, so that long stretches without pictures are saved too. */
const maxItems = 16_384;

/** An item on its way: read, decoded, or refused. */
interface Ready {
  item: SourceItem;
  place?: LatLng;
  sha256: string;
  picture?: Picture;
  refused?: string;
  /** Thrown, and nobody's but the program's own. */
  mistake?: unknown;
  /** Whoever reads does so no more: not the picture's doing. */
  stopped?: GeodriftError;
}

/** The file of refusals, beside `embeddings.parquet`. */
export const refusedFile = (out: string): string => `${out.replace(/\.parquet$/i, "")}.refused.csv`;
/** The manifest, beside `embeddings.parquet`. */
export const manifestFile = (out: string): string => `${out.replace(/\.parquet$/i, "")}.manifest.json`;

/**
 * Embeds the pictures of a source into a table, going on from where a stopped run has come to. Each picture is taken
 * once, by the hash of its file.
 * @param encoder absent where the source's embeddings lie ready
 * @param out the table; what is refused and a manifest are written beside it
 * @throws GeodriftError `data` if the table or the work in progress is of something else, or the source has changed
 * since; `stopped` if the reader reads no more; and as the source does
 */
export async function embedSource(
  source: PictureSource,
  encoder: Encoder | undefined,
  about: Provenance,
  out: string,
  options: EmbedOptions = {},
): Promise<EmbedManifest> {
  // Two of the same at once would take each other's parts for their own: the second waits, and finds them.
  const embed = () => embedAlone(source, encoder, about, out, options);
  return alone(out, embed, { onWait: options.onWait }).catch(cannotWrite(out));
}

async function embedAlone(
  source: PictureSource,
  encoder: Encoder | undefined,
  about: Provenance,
  out: string,
  { onProgress, onMistake, saveEverySeconds = 60, reader = readingHere }: EmbedOptions,
): Promise<EmbedManifest> {
  if (existsSync(out)) await checkReplaceable(out, about);
  const work = await WorkInProgress.open(out, about);
  const seen = new Seen();
  let rowCount = 0;
  for await (const part of work.parts())
    for await (const rows of part.rows()) {
      rowCount += rows.length;
      for (const { sha256 } of rows) if (sha256) seen.add(sha256);
    }
  let { consumed, chain } = work;
  let saved = performance.now();
  let [rows, refusals, batch]: [EmbeddedRow[], Refusal[], Ready[]] = [[], [], []];

  const encodeBatch = async () => {
    const pictures = batch.flatMap(({ picture }) => (picture ? [picture] : []));
    const embeddings = encoder && pictures.length > 0 ? await encoder.encode(pictures) : new Float32Array(0);
    let at = 0;
    for (const { item, place, sha256, picture } of batch) {
      const { lat, lng } = place as LatLng;
      const embedding = picture ? embeddings.slice(at, at + about.width) : (item.embedding as Float32Array);
      if (picture) at += about.width;
      rows.push({ id: item.id, lat, lng, sha256, labels: item.labels ?? [], embedding });
    }
    rowCount += batch.length;
    batch = [];
    onProgress?.({ items: consumed, rows: rowCount, refused: work.refused + refusals.length });
  };
  const save = async () => {
    await work.save(rows, refusals, { consumed, chain });
    [rows, refusals, saved] = [[], [], performance.now()];
  };

  const before = { consumed, chain, folder: work.folder };
  for await (const ready of prepared(source, encoder, about.width, reader, before)) {
    if (ready.stopped) throw ready.stopped;
    consumed++;
    chain = chained(chain, ready.item.id);
    const reason = ready.refused ?? (ready.sha256 && !seen.add(ready.sha256) ? "is the same as one before" : undefined);
    if (reason === undefined) batch.push(ready);
    else refusals.push({ id: ready.item.id, reason });
    if (ready.mistake !== undefined) onMistake?.(ready.item.id, ready.mistake);
    // Batches are the same however often the work is stopped: saves wait for their ends.
    if (batch.length < batchSize && consumed % maxItems !== 0) continue;
    await encodeBatch();
    const due = performance.now() - saved > 1000 * saveEverySeconds;
    if (rows.length >= maxRows || refusals.length >= maxItems || due) await save();
  }
  await encodeBatch();
  await save();
  const { file, count } = await work.assemble();
  const sha256 = await sha256OfFile(file);
  const manifest = { ...about, rows: count, refused: work.refused, sha256, versions: await versions() };
  await writeJsonFile(manifestFile(out), manifest);
  await work.finish(file, refusedFile(out));
  return manifest;
}

/** A table is made anew from what it was made of; another one, or another file, is not written over. */
async function checkReplaceable(out: string, { source, encoder }: Provenance): Promise<void> {
  const there = await openEmbeddings(out);
  if (there.source === source && isDeepStrictEqual(there.encoder.config, encoder.config)) return;
  throw new GeodriftError(
    "data",
    `${out}: holds embeddings of ${there.source} by ${there.encoder.name}; move it away, or name another file`,
  );
}

const chained = (chain: string, id: string): string =>
  createHash("sha256").update(chain).update(id).digest("base64url");

/**
 * The items behind those that are done, read and decoded a few ahead of whoever takes them, in order.
 * @throws GeodriftError `data` if those that are done are not what the source begins with
 */
async function* prepared(
  source: PictureSource,
  encoder: Encoder | undefined,
  width: number,
  reader: PictureReader,
  done: { consumed: number; chain: string; folder: string },
): AsyncGenerator<Ready> {
  const queue: Promise<Ready>[] = [];
  const changed = () =>
    new GeodriftError(
      "data",
      `${source.name}: is no longer what ${done.folder} was made of; move that away to begin anew`,
    );
  let [seen, chain] = [0, ""];
  for await (const item of source.items()) {
    if (seen < done.consumed) {
      chain = chained(chain, item.id);
      if (++seen === done.consumed && chain !== done.chain) throw changed();
      continue;
    }
    queue.push(holding((hold) => prepare(item, encoder, width, reader, hold)));
    if (queue.length >= ahead) yield queue.shift() as Promise<Ready>;
  }
  if (seen < done.consumed) throw changed();
  yield* queue;
}

/** Never fails: what goes wrong is the reason of a refusal. */
async function prepare(
  item: SourceItem,
  encoder: Encoder | undefined,
  width: number,
  reader: PictureReader,
  hold: FileHold,
): Promise<Ready> {
  const refuse = (refused: string): Ready => ({ item, sha256: "", refused });
  if (item.refused !== undefined) return refuse(item.refused);
  if (item.embedding) {
    if (item.embedding.length !== width)
      return refuse(`its embedding has ${item.embedding.length} numbers, not ${width}`);
    if (!item.embedding.every(Number.isFinite)) return refuse("its embedding holds something that is not a number");
    return item.place ? { item, place: item.place, sha256: "" } : refuse("has no place");
  }
  if (!(item.file ?? item.bytes) || !encoder) return refuse("has no picture");
  try {
    const origin = item.file ?? (await item.bytes?.(hold)) ?? new Uint8Array();
    const placed = await reader.do("placed", origin, encoder.preparation, item.place);
    return placed ? { item, ...placed } : refuse("has no place in its metadata");
  } catch (e) {
    const refused = refuse(failureOf(e).error);
    if (!isMendable(e)) return { ...refused, mistake: e };
    return e.code === "stopped" ? { ...refused, stopped: e } : refused;
  }
}

async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}
