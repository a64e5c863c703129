/** From pictures with places to a table of embeddings: streaming, in constant memory, going on after any stop. */

import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { GeodriftError } from "@geodrift/core/errors";
import type { PictureSource } from "../datasets/sources/source.js";
import type { Encoder } from "../encode/encoder.js";
import { alone } from "../files/alone.js";
import { sha256OfFile } from "../files/hash.js";
import { writeJsonFile } from "../files/json-file.js";
import { cannotWrite } from "../files/system-error.js";
import { versions } from "../files/versions.js";
import { type PictureReader, readingHere } from "../pictures/picture-tasks.js";
import { embeddedBatches, type Outcome } from "./batches.js";
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

/** Rows that are kept in memory between two saves at most. */
const maxRows = 1024;
/** Refusals after which work is saved, so that long stretches without pictures are kept, too. */
const maxRefusals = 16_384;

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
  await checkReplaceable(out, about);
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
  let [rows, refusals]: [EmbeddedRow[], Refusal[]] = [[], []];
  const save = async () => {
    await work.save(rows, refusals, { consumed, chain });
    [rows, refusals, saved] = [[], [], performance.now()];
  };
  const changed = () =>
    new GeodriftError(
      "data",
      `${source.name}: is no longer what ${work.folder} was made of; move that away to begin anew`,
    );
  for await (const batch of embeddedBatches(source, encoder, about.width, reader, { consumed, chain }, changed)) {
    ({ consumed, chain } = batch);
    for (const outcome of batch.outcomes) {
      if (outcome.mistake !== undefined) onMistake?.(outcome.id, outcome.mistake);
      const kept = keptOf(outcome, seen);
      if ("row" in kept) rows.push(kept.row);
      else refusals.push(kept);
    }
    onProgress?.({ items: consumed, rows: rowCount + rows.length, refused: work.refused + refusals.length });
    const due = performance.now() - saved > 1000 * saveEverySeconds;
    if (rows.length < maxRows && refusals.length < maxRefusals && !due) continue;
    rowCount += rows.length;
    await save();
  }
  await save();
  const { file, count } = await work.assemble();
  const sha256 = await sha256OfFile(file);
  const manifest = { ...about, rows: count, refused: work.refused, sha256, versions: await versions() };
  await writeJsonFile(manifestFile(out), manifest);
  await work.finish(file, refusedFile(out));
  return manifest;
}

/** Of several of the same the first counts. @param seen hashes of files so far */
export function keptOf(outcome: Outcome, seen: Seen): { row: EmbeddedRow } | Refusal {
  if (!("row" in outcome)) return { id: outcome.id, reason: outcome.reason };
  const { sha256 } = outcome.row;
  return sha256 && !seen.add(sha256) ? { id: outcome.id, reason: "is the same as one before" } : outcome;
}

/**
 * A table is made anew from what it was made of; another one, or another file, is not written over.
 * @throws GeodriftError `data` if that is in the place
 */
export async function checkReplaceable(out: string, { source, encoder }: Provenance): Promise<void> {
  if (!existsSync(out)) return;
  const there = await openEmbeddings(out);
  if (there.source === source && isDeepStrictEqual(there.encoder.config, encoder.config)) return;
  throw new GeodriftError(
    "data",
    `${out}: holds embeddings of ${there.source} by ${there.encoder.name}; move it away, or name another file`,
  );
}
