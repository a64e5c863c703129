/**
 * What a shard leaves: a file named by its own hash, and then a marker that names it. A shard is done if and only if its marker names
 * files that are there with those hashes. Two workers on one shard cannot tear anything: whichever marker comes last names whole files.
 */
import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { synced } from "../files/atomic-file.js";
import { sha256OfFile } from "../files/hash.js";
import { readJsonFile } from "../files/json-file.js";
import { cannotRead, cannotWrite } from "../files/system-error.js";

const hashed = z.strictObject({ file: z.string(), sha256: z.string().length(64) });

/** Schema of a marker. */
export const shardMarker = z.strictObject({
  /** Of embedded pictures the table of the rows, in order, absent where there are none; of located ones JSON lines, one for each. */
  part: hashed.optional(),
  /** Which of its items became no row, and why: JSON lines of the item's number in the shard, its id and the reason. */
  refusals: hashed.optional(),
  /** Pictures that were embedded, or located. */
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
const markerFile = (run: string, shard: number): string => join(run, `${numbered(shard)}.json`);

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
 * @throws GeodriftError `disk` if it cannot be written
 */
export async function writePart(
  run: string,
  shard: number,
  files: { part?: PartFile; refusals?: PartFile },
  made: Made,
): Promise<ShardMarker> {
  // Several workers may be at it, on several machines.
  const own = join(run, `${numbered(shard)}.${hostname()}-${process.pid}.partial`);
  /** Puts a finished file in the place that its hash gives it. */
  const placed = async ({ ending, write }: PartFile) => {
    await write(own);
    await synced(own);
    const sha256 = await sha256OfFile(own);
    const file = `${numbered(shard)}.${sha256.slice(0, 16)}.${ending}`;
    await rename(own, join(run, file));
    return { file, sha256 };
  };
  try {
    const part = files.part && (await placed(files.part));
    const refusals = files.refusals && (await placed(files.refusals));
    const marker: ShardMarker = { ...(part && { part }), ...(refusals && { refusals }), ...made, host: hostname() };
    // Not by the name that all workers would share: one would rename what another is writing.
    await writeFile(own, `${JSON.stringify(marker, null, 1)}\n`);
    await synced(own);
    await rename(own, markerFile(run, shard));
    return marker;
  } catch (e) {
    return cannotWrite(run)(e);
  } finally {
    await rm(own, { force: true });
  }
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
 * Looks whether a shard is done, reading all that it has left.
 * @throws GeodriftError `file` if a part is there and cannot be read
 */
export async function stateOf(run: string, shard: number): Promise<ShardState> {
  const file = markerFile(run, shard);
  if (!existsSync(file)) return { state: "missing" };
  const marker = await readJsonFile(file, shardMarker).catch(() => undefined);
  if (!marker) return { state: "damaged", reason: `${file} cannot be read` };
  for (const named of [marker.part, marker.refusals]) {
    if (!named) continue;
    const path = join(run, named.file);
    if (!existsSync(path)) return { state: "damaged", reason: `${path} is not there` };
    if ((await sha256OfFile(path).catch(cannotRead(path))) !== named.sha256)
      return { state: "damaged", reason: `${path} is not what was written` };
  }
  return { state: "done", marker };
}
