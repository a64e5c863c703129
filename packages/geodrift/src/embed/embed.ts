/** From pictures with places to a table of embeddings: streaming, in constant memory, going on after any stop. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { LatLng } from "@geodrift/core";
import { readMetadata } from "../data/metadata.js";
import type { Picture } from "../data/picture.js";
import type { PictureSource, SourceItem } from "../data/sources/source.js";
import type { Encoder } from "../encode/encoder.js";
import { decodeSquare, sha256Of } from "../encode/read-picture.js";
import { writeFileAtomically } from "../models/tensor-file.js";
import { versions } from "../train/versions.js";
import type { EmbeddedRow, Provenance } from "./embeddings-file.js";
import { Seen } from "./seen.js";
import { type Refusal, WorkInProgress } from "./work-in-progress.js";

export interface EmbedOptions {
  /** Told how far it is: items of the source, rows of the table, refusals. */
  onProgress?: (done: { items: number; rows: number; refused: number }) => void;
  /** Most seconds of work that a stop may cost. */
  saveEverySeconds?: number;
}

export interface EmbedManifest extends Provenance {
  rows: number;
  refused: number;
  /** Of the table. */
  sha256: string;
  versions: string;
}

/** Pictures that are read and decoded ahead of the encoder. */
const ahead = 16;
/** Pictures that the encoder is given at once. */
const batchSize = 32;
/** Rows that are kept in memory between two saves at most. */
const mostRows = 1024;

/** An item on its way: read, decoded, or refused. */
interface Ready {
  item: SourceItem;
  place?: LatLng;
  sha256: string;
  picture?: Picture;
  refused?: string;
}

/** Beside `embeddings.parquet`. */
export const refusedFile = (out: string): string => `${out.replace(/\.parquet$/i, "")}.refused.csv`;
export const manifestFile = (out: string): string => `${out.replace(/\.parquet$/i, "")}.manifest.json`;

/**
 * @param encoder absent where the source's embeddings lie ready
 * @param out the table; what is refused and a manifest are written beside it
 * @throws Error in one sentence if the source cannot be read, or work of something else is in the way
 */
export async function embedSource(
  source: PictureSource,
  encoder: Encoder | undefined,
  about: Provenance,
  out: string,
  { onProgress, saveEverySeconds = 60 }: EmbedOptions = {},
): Promise<EmbedManifest> {
  const work = await WorkInProgress.open(out, about);
  const seen = new Seen();
  let rowCount = 0;
  for await (const part of work.parts())
    for await (const rows of part.rows()) {
      rowCount += rows.length;
      for (const { sha256 } of rows) if (sha256) seen.add(sha256);
    }
  let [consumed, saved] = [work.consumed, performance.now()];
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
    await encodeBatch();
    await work.save(rows, refusals, consumed);
    [rows, refusals, saved] = [[], [], performance.now()];
  };

  for await (const ready of prepared(source, encoder, about.width, work.consumed)) {
    consumed++;
    const reason = ready.refused ?? (ready.sha256 && !seen.add(ready.sha256) ? "is the same as one before" : undefined);
    if (reason === undefined) batch.push(ready);
    else refusals.push({ id: ready.item.id, reason });
    if (batch.length >= batchSize) await encodeBatch();
    const due = performance.now() - saved > 1000 * saveEverySeconds;
    if (rows.length >= mostRows || refusals.length >= 10 * mostRows || (due && rows.length > 0)) await save();
  }
  await save();
  const refused = work.refused;
  const count = await work.finish(refusedFile(out));
  const manifest = { ...about, rows: count, refused, sha256: await sha256OfFile(out), versions: await versions() };
  await writeFileAtomically(manifestFile(out), Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  return manifest;
}

/** The items behind the first `skip`, read and decoded a few ahead of whoever takes them, in order. */
async function* prepared(
  source: PictureSource,
  encoder: Encoder | undefined,
  width: number,
  skip: number,
): AsyncGenerator<Ready> {
  const queue: Promise<Ready>[] = [];
  let seen = 0;
  for await (const item of source.items()) {
    if (seen++ < skip) continue;
    queue.push(prepare(item, encoder, width));
    if (queue.length >= ahead) yield queue.shift() as Promise<Ready>;
  }
  yield* queue;
}

/** Never fails: what goes wrong is the reason of a refusal. */
async function prepare(item: SourceItem, encoder: Encoder | undefined, width: number): Promise<Ready> {
  const refuse = (refused: string): Ready => ({ item, sha256: "", refused });
  if (item.refused !== undefined) return refuse(item.refused);
  if (item.embedding) {
    if (item.embedding.length !== width)
      return refuse(`its embedding has ${item.embedding.length} numbers, not ${width}`);
    if (!item.embedding.every(Number.isFinite)) return refuse("its embedding holds something that is no number");
    return item.place ? { item, place: item.place, sha256: "" } : refuse("has no place");
  }
  if (!item.bytes || !encoder) return refuse("has no picture");
  try {
    const bytes = await item.bytes();
    const place = item.place ?? readMetadata(bytes).place;
    if (!place) return refuse("has no place in its metadata");
    return { item, place, sha256: sha256Of(bytes), picture: await decodeSquare(bytes, encoder.preparation) };
  } catch (e) {
    return refuse((e as Error).message);
  }
}

async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}
