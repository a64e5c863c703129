/**
 * Where embedding has come to: parts of the table, refusals, and how many items of the source they stand for, so that the
 * same command goes on after any stop. All of it lies in one folder beside the result and goes when that is done.
 */

import { existsSync } from "node:fs";
import { appendFile, copyFile, mkdir, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { z } from "zod";
import { synced, writeFileAtomically } from "../files/atomic-file.js";
import { toCsvRows } from "../files/csv.js";
import { readJsonFile } from "../files/json-file.js";
import {
  type EmbeddedRow,
  type EmbeddingsFile,
  embeddingsWriter,
  openEmbeddings,
  type Provenance,
} from "./embeddings-file.js";
import { writeTable } from "./write-table.js";

/** An item of the source that did not become a row, and why. */
export interface Refusal {
  id: string;
  /** A sentence without its subject, for people. */
  reason: string;
}

const progress = z.strictObject({
  provenance: z.string(),
  /** Items of the source that are decided. */
  consumed: z.int(),
  /** A chain of hashes of their ids: what is skipped must be what was done. */
  chain: z.string(),
  parts: z.int(),
  refused: z.int(),
  /** Length of the file of refusals. */
  refusedBytes: z.int(),
});

/** First line of a file of refusals. */
export const refusedHead = "id,reason\n";

/** The saved part of an embedding run. */
export class WorkInProgress {
  readonly #folder: string;
  readonly #out: string;
  readonly #about: Provenance;
  #state: z.infer<typeof progress>;

  private constructor(out: string, about: Provenance) {
    this.#out = out;
    this.#folder = `${out}.partial`;
    this.#about = about;
    this.#state = {
      provenance: JSON.stringify(about),
      consumed: 0,
      chain: "",
      parts: 0,
      refused: 0,
      refusedBytes: refusedHead.length,
    };
  }

  /**
   * Opens the work of a table, or begins it.
   * @throws GeodriftError `data` if what lies there was made from something else
   */
  static async open(out: string, about: Provenance): Promise<WorkInProgress> {
    const work = new WorkInProgress(out, about);
    await rm(`${work.#folder}.done`, { recursive: true, force: true });
    await mkdir(work.#folder, { recursive: true });
    const file = join(work.#folder, "progress.json");
    if (existsSync(file)) {
      const saved = await readJsonFile(file, progress);
      if (saved.provenance !== work.#state.provenance)
        throw new GeodriftError(
          "data",
          `${work.#folder}: holds the beginning of something else; move it away to begin anew`,
        );
      work.#state = saved;
      // What was written after the last save is made again.
      await truncate(work.#refusals, saved.refusedBytes);
    } else await writeFile(work.#refusals, refusedHead);
    return work;
  }

  /** Items of the source that are decided: rows and refusals. */
  get consumed(): number {
    return this.#state.consumed;
  }

  /** Hash over the ids of those items, in order. */
  get chain(): string {
    return this.#state.chain;
  }

  /** The folder of the work, for messages. */
  get folder(): string {
    return this.#folder;
  }

  /** Items that are refused. */
  get refused(): number {
    return this.#state.refused;
  }

  get #refusals(): string {
    return join(this.#folder, "refused.csv");
  }

  #part(i: number): string {
    return join(this.#folder, `part-${String(i).padStart(6, "0")}.parquet`);
  }

  /** The finished parts, in order. */
  async *parts(): AsyncGenerator<EmbeddingsFile> {
    for (let i = 0; i < this.#state.parts; i++) yield openEmbeddings(this.#part(i));
  }

  /** Keeps rows and refusals; after it returns, `consumed` items are never looked at again. */
  async save(
    rows: readonly EmbeddedRow[],
    refusals: readonly Refusal[],
    { consumed, chain }: { consumed: number; chain: string },
  ): Promise<void> {
    const { parts, refused, refusedBytes, provenance } = this.#state;
    if (rows.length > 0) {
      const file = this.#part(parts);
      const writer = embeddingsWriter(`${file}.partial`, this.#about);
      await writer.write(rows);
      await writer.finish();
      await synced(`${file}.partial`);
      await rename(`${file}.partial`, file);
    }
    const lines = Buffer.from(toCsvRows(refusals.map(({ id, reason }) => [id, reason])));
    await appendFile(this.#refusals, lines);
    this.#state = {
      provenance,
      consumed,
      chain,
      parts: parts + (rows.length > 0 ? 1 : 0),
      refused: refused + refusals.length,
      refusedBytes: refusedBytes + lines.length,
    };
    await writeFileAtomically(join(this.#folder, "progress.json"), Buffer.from(JSON.stringify(this.#state)));
  }

  /**
   * Puts the parts together beside the result's place.
   * @returns path of the file, and the number of rows
   */
  async assemble(): Promise<{ file: string; count: number }> {
    const file = `${this.#out}.whole`;
    const parts = this.parts();
    async function* rows() {
      for await (const part of parts) yield* part.rows();
    }
    return { file, count: await writeTable(file, this.#about, rows()) };
  }

  /** Puts the table and the refusals in their places and clears up: a stop on the way leaves work that only finishes again. */
  async finish(file: string, refusedFile: string): Promise<void> {
    await copyFile(this.#refusals, refusedFile);
    await rename(file, this.#out);
    const done = `${this.#folder}.done`;
    await rename(this.#folder, done);
    await rm(done, { recursive: true });
  }
}
