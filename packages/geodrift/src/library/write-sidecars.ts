/** Decisions into sidecars beside the pictures: whole or not at all, and taken back on request. */
import { existsSync } from "node:fs";
import { lstat, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { failureOf, GeodriftError, isMendable, withSubject } from "@geodrift/core/errors";
import type { z } from "zod";
import { sha256Of } from "../files/hash.js";
import { readPlainFile } from "../files/plain-file.js";
import { isSystemError } from "../files/system-error.js";
import { temporaryBeside } from "../files/temporary-name.js";
import { decodeText } from "../files/text.js";
import { estimateMethod } from "../pictures/metadata.js";
import { mostSidecarBytes, readSidecars, sidecarNames, sidecarsBeside } from "../pictures/sidecars.js";
import type { outcome } from "./contract.js";
import { xmpPlace } from "./decided-place.js";
import type { Library } from "./library.js";
import { checkedPictureFile } from "./paths.js";
import { replaceFile, untouched } from "./replace-file.js";
import { markUndone, markWritten } from "./sidecar-log.js";
import { placeOfSidecar, withPlace } from "./xmp.js";

type Outcome = z.infer<typeof outcome>;

const placeStands = "which an estimate does not replace; set the pin yourself to do so";

/** Into which files decisions are written. */
export interface WriteOptions {
  /** Into a sidecar that another program keeps for the picture, `photo.xmp`, where there is one, and none beside it. */
  intoExisting?: boolean;
}

/**
 * Writes an XMP sidecar for each of the pictures that are accepted, `photo.jpg.xmp`; one that cannot be written costs its own
 * sentence.
 * @param pictures their numbers
 * @returns for each its sidecar, or why there is none
 */
export const writeSidecars = (
  library: Library,
  pictures: readonly number[],
  options: WriteOptions = {},
): Promise<Outcome[]> =>
  library.inTurn(async (check) => {
    const outcomes: Outcome[] = [];
    for (const picture of pictures) {
      try {
        check();
        outcomes.push({ picture, sidecar: await writeOne(library, picture, options) });
      } catch (e) {
        if (!isMendable(e)) throw e;
        outcomes.push({ picture, ...failureOf(e) });
      }
    }
    return outcomes;
  });

async function writeOne(library: Library, picture: number, { intoExisting }: WriteOptions): Promise<string> {
  const { store } = library;
  const record = await store.pictures.find(picture);
  const decision = await store.decisions.for(picture);
  if (record?.state !== "accepted" || decision?.kind !== "accept")
    throw new GeodriftError("refused", "only accepted pictures are written, and this one is not");
  const file = await checkedPictureFile(library, picture);
  const info = await stat(file);
  if (record.modified < 0)
    throw new GeodriftError("conflict", "has not been read again since geodrift was updated: scan, then write");
  if (info.size !== record.size || info.mtimeMs !== record.modified)
    throw new GeodriftError(
      "conflict",
      "the picture has changed since it was scanned; scan again and look at it again",
    );
  const own = await store.writes.lastWritten(picture);
  const sidecar = own?.sidecar ?? ((intoExisting && (await existingSidecar(file))) || `${file}.xmp`);
  const now = await readSidecar(sidecar);
  // Over what we wrote ourselves nothing is merged, but over what was there before that.
  const before = own && now && sha256Of(now) === own.afterSha256 ? (own.before ?? undefined) : now;
  const estimated = decision.decided.source === "estimate";
  if (estimated && record.recorded)
    throw new GeodriftError("refused", `its own file says where it was taken, ${placeStands}`);
  if (estimated) await checkSidecars(file, sidecar, before);
  const text = withPlace(before && Buffer.from(before).toString("utf8"), xmpPlace(decision.decided), {
    replace: !estimated,
  });
  const bytes = Buffer.from(text);
  const temporary = temporaryBeside(sidecar, (own) => `.${own}.${decision.id}.partial`);
  const write = await store.writes.begin({
    decision: decision.id,
    picture,
    sidecar,
    temporary,
    before: before ?? null,
    afterSha256: sha256Of(bytes),
  });
  try {
    await replaceFile(sidecar, temporary, bytes);
  } catch (e) {
    await store.writes.set(write, "failed");
    throw e;
  }
  await markWritten(store, write, picture, sidecar);
  return sidecar;
}

/** The sidecar that another program keeps for a picture, where it has one and there is none of the picture's whole name. */
async function existingSidecar(file: string): Promise<string | undefined> {
  // One that is another picture's as well says the place of both, and could not be taken back for one of them.
  const own = (await sidecarsBeside(file)).filter(({ shared }) => shared.length === 0);
  const { sidecars } = await readSidecars(file, own);
  return sidecars.length > 0 ? join(dirname(file), sidecars[0].name) : undefined;
}

/** What another program wrote into one of the sidecars that a picture may have beats an estimate. */
async function checkSidecars(file: string, sidecar: string, own: Uint8Array | undefined): Promise<void> {
  const others = sidecarNames(file).filter((name) => name !== sidecar);
  const texts = [own, ...(await Promise.all(others.map(readSidecar)))];
  for (const bytes of texts) {
    const place = bytes && placeOfSidecar(Buffer.from(bytes).toString("utf8"));
    if (place && place.method !== estimateMethod)
      throw new GeodriftError("refused", `its sidecar has a place already, ${placeStands}`);
  }
}

async function readSidecar(sidecar: string): Promise<Buffer | undefined> {
  const unreachable = (e: unknown): never => {
    if (!isSystemError(e)) throw e;
    throw new GeodriftError("file", `its sidecar cannot be read (${e.code})`, { cause: e });
  };
  const info = await lstat(sidecar).catch((e: unknown) =>
    isSystemError(e) && e.code === "ENOENT" ? undefined : unreachable(e),
  );
  if (!info) return undefined;
  if (!info.isFile()) throw new GeodriftError("refused", "its sidecar is no plain file, and is not written to");
  if (info.size > mostSidecarBytes)
    throw new GeodriftError(
      "refused",
      `its sidecar has ${info.size} bytes, where an XMP file has at most ${mostSidecarBytes}`,
    );
  const bytes = await readFile(sidecar).catch(unreachable);
  withSubject("its sidecar is left as it is", () => placeOfSidecar(utf8(bytes)));
  return bytes;
}

/** @throws GeodriftError `data` for other text than UTF-8, which would not survive being written again */
function utf8(bytes: Uint8Array): string {
  const other = (cause?: unknown) => new GeodriftError("data", "its text is not UTF-8", { cause });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (e) {
    throw other(e);
  }
  // It may be by chance, and say that it is something else.
  if (decodeText(bytes) !== text) throw other();
  return text;
}

/** A sidecar is no longer what was written. */
class ChangedSinceError extends GeodriftError {
  constructor() {
    super("conflict", "its sidecar has been changed since by another program, and is left as it is");
  }
}

/** Does the error say that a sidecar is another program's by now? */
export const isChangedSince = (e: unknown): boolean => e instanceof ChangedSinceError;

/**
 * Puts back what was there before what we wrote; nothing to do where we wrote nothing.
 * @param decision what it is to have been written for; any if left out
 * @throws GeodriftError `conflict` if somebody else has changed the sidecar since: it is theirs from then on; `disk` if
 * it cannot be reached or put back
 */
export async function takeBack({ store }: Library, picture: number, decision?: number): Promise<void> {
  const write = await store.writes.lastWritten(picture);
  if (!write || (decision !== undefined && write.decision !== decision)) return;
  const { id, sidecar, temporary, before } = write;
  const stays = untouched("its sidecar is not taken back");
  const now = await readPlainFile(sidecar).catch((e: unknown) =>
    // Gone with its folder, it may come back; gone alone, somebody has taken it away.
    isSystemError(e) && e.code === "ENOENT" && existsSync(dirname(sidecar)) ? undefined : stays(e),
  );
  if (now === undefined || sha256Of(now) !== write.afterSha256) {
    await store.writes.set(id, "theirs");
    throw new ChangedSinceError();
  }
  await store.writes.beginUndo(id);
  try {
    if (before === null) await rm(sidecar).catch(stays);
    else await replaceFile(sidecar, temporary, Buffer.from(before));
  } catch (e) {
    await store.writes.set(id, "written");
    throw e;
  }
  await markUndone(store, id, picture, sidecar);
}
