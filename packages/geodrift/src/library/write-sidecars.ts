/** Decisions into sidecars beside the pictures: whole or not at all, and taken back on request. */
import { existsSync } from "node:fs";
import { type FileHandle, lstat, open, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { sha256Of } from "../files/hash.js";
import { xmpPlace } from "./decided-place.js";
import { decisionFor } from "./decisions.js";
import type { Library } from "./library.js";
import { checkedPictureFile } from "./paths.js";
import { sidecarNames } from "./scan.js";
import { isEstimate, placeOfSidecar, withPlace } from "./xmp.js";

export interface WriteOutcome {
  picture: number;
  sidecar?: string;
  /** One sentence. */
  error?: string;
}

/** A larger sidecar is none. */
const mostBytes = 16 * 2 ** 20;

/** Writes a sidecar for each of the pictures that are accepted; one that cannot be written costs its own sentence. */
export const writeSidecars = (library: Library, pictures: readonly number[]): Promise<WriteOutcome[]> =>
  library.inTurn(async () => {
    const outcomes: WriteOutcome[] = [];
    for (const picture of pictures) {
      try {
        outcomes.push({ picture, sidecar: await writeOne(library, picture) });
      } catch (e) {
        outcomes.push({ picture, error: (e as Error).message });
      }
    }
    return outcomes;
  });

async function writeOne(library: Library, picture: number): Promise<string> {
  const row = library.row<{ state: string; size: number; modified: number; file_lat: number | null }>(
    "SELECT state, size, modified, file_lat FROM pictures WHERE id = ?",
    picture,
  );
  const decision = decisionFor(library, picture);
  if (row?.state !== "accepted" || decision?.kind !== "accept")
    throw new Error("only accepted pictures are written, and this one is not");
  const file = await checkedPictureFile(library, picture);
  const info = await stat(file);
  if (info.size !== row.size || info.mtimeMs !== row.modified)
    throw new Error("the picture has changed since it was scanned; scan again and look at it again");
  const sidecar = `${file}.xmp`;
  const now = await readSidecar(sidecar);
  // Over what we wrote ourselves nothing is merged, but over what was there before that.
  const own = lastWrite(library, picture);
  const before = own && now && sha256Of(now) === own.after_sha256 ? (own.before ?? undefined) : now;
  const estimated = decision.decided.source === "estimate";
  if (estimated && row.file_lat !== null)
    throw new Error(
      "its own file says where it was taken, which an estimate does not replace; set the pin yourself to do so",
    );
  if (estimated) await checkSidecars(file, before);
  const text = withPlace(before && Buffer.from(before).toString("utf8"), xmpPlace(decision.decided), {
    replace: !estimated,
  });
  const bytes = Buffer.from(text);
  const temporary = join(dirname(sidecar), `.${basename(sidecar)}.${decision.id}.partial`);
  const write = library.run(
    `INSERT INTO writes (decision, picture, at, process, sidecar, temporary, before, after_sha256, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'writing')`,
    decision.id,
    picture,
    Date.now(),
    process.pid,
    sidecar,
    temporary,
    before ? Buffer.from(before) : null,
    sha256Of(bytes),
  ).lastInsertRowid;
  try {
    await replaceFile(sidecar, temporary, bytes);
  } catch (e) {
    library.run("UPDATE writes SET state = 'failed' WHERE id = ?", write);
    throw e;
  }
  await markWritten(library, write, picture, sidecar);
  return sidecar;
}

/** @throws Error in one sentence */
export async function markWritten(library: Library, write: number, picture: number, sidecar: string): Promise<void> {
  const { mtimeMs } = await stat(sidecar);
  library.transaction(() => {
    library.run("UPDATE writes SET state = 'superseded' WHERE picture = ? AND state = 'written'", picture);
    library.run("UPDATE writes SET state = 'written' WHERE id = ?", write);
    // The scan need not read what we have just written.
    library.run("UPDATE pictures SET state = 'written', sidecar_modified = ? WHERE id = ?", mtimeMs, picture);
  });
}

/** What another program wrote into one of the sidecars that a picture may have beats an estimate. */
async function checkSidecars(file: string, own: Uint8Array | undefined): Promise<void> {
  const [, ...others] = sidecarNames(file);
  const texts = [own, ...(await Promise.all(others.map(readSidecar)))];
  for (const bytes of texts) {
    const place = bytes && placeOfSidecar(Buffer.from(bytes).toString("utf8"));
    if (place && !isEstimate(place))
      throw new Error(
        "its sidecar has a place already, which an estimate does not replace; set the pin yourself to do so",
      );
  }
}

async function readSidecar(sidecar: string): Promise<Buffer | undefined> {
  const info = await lstat(sidecar).catch((e: NodeJS.ErrnoException) => {
    if (e.code === "ENOENT") return undefined;
    throw new Error(`its sidecar cannot be reached (${e.code})`);
  });
  if (!info) return undefined;
  if (!info.isFile()) throw new Error("its sidecar is a link or a folder, which is not written to");
  if (info.size > mostBytes) throw new Error(`its sidecar has ${info.size} bytes, which no XMP has`);
  const bytes = await readFile(sidecar).catch((e: NodeJS.ErrnoException) => {
    throw new Error(`its sidecar cannot be read (${e.code})`);
  });
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    placeOfSidecar(bytes.toString("utf8"));
  } catch (e) {
    throw new Error(
      `its sidecar is left as it is: it ${e instanceof TypeError ? "is not UTF-8" : (e as Error).message}`,
    );
  }
  return bytes;
}

const reasons: Record<string, string> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the folder is read-only",
  EACCES: "the folder is not writable",
  EPERM: "the folder is not writable",
  ENOENT: "the folder is gone",
  EEXIST: "another program is writing it",
};

/** Beside the target first, then over it: whoever looks sees the old file or the new one. */
async function replaceFile(target: string, temporary: string, bytes: Buffer): Promise<void> {
  const mode = (await stat(target).catch(() => undefined))?.mode;
  let handle: FileHandle | undefined;
  let own = false;
  try {
    handle = await open(temporary, "wx", mode ?? 0o666);
    own = true;
    await handle.writeFile(bytes);
    await handle.sync();
    await handle.close();
    handle = undefined;
    await rename(temporary, target);
  } catch (e) {
    await handle?.close().catch(() => undefined);
    // One that is there already is another process's, which is in the middle of the same.
    if (own) await rm(temporary, { force: true }).catch(() => undefined);
    const { code = "" } = e as NodeJS.ErrnoException;
    throw new Error(`its sidecar is not written: ${reasons[code] ?? (e as Error).message}`);
  }
}

interface Write {
  id: number;
  decision: number;
  sidecar: string;
  temporary: string;
  before: Uint8Array | null;
  after_sha256: string;
}

const lastWrite = (library: Library, picture: number): Write | undefined =>
  library.row(
    `SELECT id, decision, sidecar, temporary, before, after_sha256 FROM writes WHERE picture = ? AND state = 'written'
     ORDER BY id DESC LIMIT 1`,
    picture,
  );

/** A sidecar is no longer what was written. */
export class ChangedSinceError extends Error {}

/** Does a sidecar of ours stand beside the picture? */
export const isWritten = (library: Library, picture: number): boolean => lastWrite(library, picture) !== undefined;

/**
 * Puts back what was there before what we wrote; nothing to do where we wrote nothing.
 * @param decision what it is to have been written for; any if left out
 * @throws ChangedSinceError if somebody else has changed the sidecar since: it is theirs from then on; Error in one sentence
 * if it cannot be reached or put back
 */
export async function takeBack(library: Library, picture: number, decision?: number): Promise<void> {
  const write = lastWrite(library, picture);
  if (!write || (decision !== undefined && write.decision !== decision)) return;
  const { id, sidecar, temporary, before } = write;
  const now = await readFile(sidecar).catch((e: NodeJS.ErrnoException) => {
    // Gone with its folder, it may come back; gone alone, somebody has taken it away.
    if (e.code === "ENOENT" && existsSync(dirname(sidecar))) return undefined;
    throw new Error(`its sidecar is not taken back: ${reasons[e.code ?? ""] ?? e.message}`);
  });
  if (now === undefined || sha256Of(now) !== write.after_sha256) {
    library.run("UPDATE writes SET state = 'theirs' WHERE id = ?", id);
    throw new ChangedSinceError("its sidecar has been changed since by another program, and is left as it is");
  }
  library.run("UPDATE writes SET state = 'undoing', process = ?, at = ? WHERE id = ?", process.pid, Date.now(), id);
  try {
    if (before === null)
      await rm(sidecar).catch((e: NodeJS.ErrnoException) => {
        throw new Error(`its sidecar is not taken back: ${reasons[e.code ?? ""] ?? e.message}`);
      });
    else await replaceFile(sidecar, temporary, Buffer.from(before));
  } catch (e) {
    library.run("UPDATE writes SET state = 'written' WHERE id = ?", id);
    throw e;
  }
  await markUndone(library, id, picture, sidecar);
}

export async function markUndone(library: Library, write: number, picture: number, sidecar: string): Promise<void> {
  const modified = (await stat(sidecar).catch(() => undefined))?.mtimeMs ?? null;
  library.transaction(() => {
    library.run("UPDATE writes SET state = 'undone' WHERE id = ?", write);
    library.run("UPDATE pictures SET sidecar_modified = ? WHERE id = ?", modified, picture);
    // What was decided stands, until it is taken back as well.
    library.run("UPDATE pictures SET state = 'accepted' WHERE id = ? AND state = 'written'", picture);
  });
}
