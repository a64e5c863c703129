/**
 * What a shard leaves: a file named by its own hash, and then a marker that names it. A shard is done if and only if its marker names
 * files that are there with those hashes. Two workers on one shard cannot tear anything: whichever marker comes last names whole files.
 */
import { writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { z } from "zod";
import { decodeText } from "../files/text.js";
import type { RunFolder } from "./run-folder.js";

const hashed = z.strictObject({ file: z.string(), sha256: z.string().length(64) });

/** Schema of a marker. */
export const shardMarker = z.strictObject({
  /** Of embedded pictures the table of the rows, in order, absent where there are none; of located and of evaluated ones JSON lines, one for each. */
  part: hashed.optional(),
  /** Which of its items became no row, and why: JSON lines of the item's number in the shard, its id and the reason. */
  refusals: hashed.optional(),
  /** Pictures that were embedded, located, or evaluated. */
  rows: z.int().nonnegative(),
  /** Those that could not be. */
  refused: z.int().nonnegative(),
  /** What it took, where. */
  seconds: z.number(),
  host: z.string(),
  versions: z.string(),
});

/** What a shard has come to. */
export type ShardMarker = z.infer<typeof shardMarker>;

const numbered = (shard: number): string => `part-${String(shard).padStart(6, "0")}`;
const markerFile = (shard: number): string => `${numbered(shard)}.json`;

/** A file of a shard that is to be written. */
export interface PartFile {
  /** Of its name. */
  ending: string;
  /** Writes all of it. */
  write(file: string): Promise<unknown>;
}

/** Numbers of a shard, and what computed them. */
export type Made = Pick<ShardMarker, "rows" | "refused" | "seconds" | "versions">;

/**
 * Writes what a shard has come to; after it returns, the shard is done.
 * @throws GeodriftError `disk` or `network` if it cannot be written
 */
export async function writePart(
  run: RunFolder,
  shard: number,
  files: { part?: PartFile; refusals?: PartFile },
  made: Made,
): Promise<ShardMarker> {
  /** Several workers may be at it, on several machines: a file is named by what it holds. */
  const placed = ({ ending, write }: PartFile) =>
    run.place(write, (sha256) => `${numbered(shard)}.${sha256.slice(0, 16)}.${ending}`);
  const part = files.part && (await placed(files.part));
  const refusals = files.refusals && (await placed(files.refusals));
  const marker: ShardMarker = { ...(part && { part }), ...(refusals && { refusals }), ...made, host: hostname() };
  await run.place(
    (file) => writeFile(file, `${JSON.stringify(marker, null, 1)}\n`),
    () => markerFile(shard),
  );
  return marker;
}

/** Lines of JSON. */
export const jsonLines =
  (values: readonly unknown[]): PartFile["write"] =>
  (file) =>
    writeFile(file, values.map((value) => `${JSON.stringify(value)}\n`).join(""));

/** What a plan needs, opened: a model or an encoder, and the source. */
export interface ShardMaker {
  /**
   * Makes a shard and writes it.
   * @throws GeodriftError `data` if the source is no longer that of the plan
   */
  make(shard: number): Promise<ShardMarker>;
  dispose(): Promise<void>;
}

/** How far a shard is: done, not done, or its files are not those that its marker names. */
export type ShardState =
  | { state: "done"; marker: ShardMarker }
  | { state: "missing" }
  | { state: "damaged"; reason: string };

/**
 * Looks whether a shard is done.
 * @param reading all that it has left is read; if false, what is in S3 is only looked for, and read by whoever opens it
 * @throws GeodriftError `file` if a part is there and cannot be read
 */
export async function stateOf(run: RunFolder, shard: number, { reading = false } = {}): Promise<ShardState> {
  const bytes = await run.read(markerFile(shard));
  if (!bytes) return { state: "missing" };
  const marker = markerOf(bytes);
  if (!marker) return { state: "damaged", reason: `${run.name}/${markerFile(shard)} cannot be read` };
  for (const hashed of [marker.part, marker.refusals]) {
    const reason = hashed && (await run.wrong(hashed, reading));
    if (reason !== undefined) return { state: "damaged", reason };
  }
  return { state: "done", marker };
}

function markerOf(bytes: Uint8Array): ShardMarker | undefined {
  try {
    return shardMarker.parse(JSON.parse(decodeText(bytes)));
  } catch {
    return undefined;
  }
}
