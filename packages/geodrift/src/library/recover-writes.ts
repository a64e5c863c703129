/** What a crash in the middle of writing leaves: a temporary file at most, which is taken away. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { sha256Of } from "../files/hash.js";
import { readPlainFile } from "../files/plain-file.js";
import { isSystemError } from "../files/system-error.js";
import { markUndone, markWritten } from "./sidecar-log.js";
import type { Store } from "./store/store.js";
import type { WriteRecord } from "./store/writes.js";

/** A sidecar that a crash has left unknown. */
export interface Unrecovered {
  /** Absolute path of the sidecar. */
  path: string;
  /** What is wrong, and what to do. */
  error: string;
}

/**
 * What stands at a path: undefined for nothing, and "unknown" where that cannot be told, because the drive is away or
 * does not answer. A drive that is away may leave its empty folder; its pictures are away as well.
 */
const standing = (sidecar: string, picture: string): Promise<Buffer | "unknown" | undefined> =>
  readPlainFile(sidecar)
    // What is no plain file is not ours, whatever it holds.
    .then((bytes) => bytes ?? Buffer.alloc(0))
    .catch((e: unknown) => {
      if (!isSystemError(e)) throw e;
      return e.code === "ENOENT" && existsSync(picture) ? undefined : "unknown";
    });

/**
 * Finishes in the index the sidecars that are finished on disk, and forgets the rest; those on a drive that is away are left to the
 * next time. To be called where no other process writes sidecars of the library.
 * @returns those that could not be put right, which keep no other, and the library from nothing, and are tried again the next time
 */
export async function recoverWrites(store: Store): Promise<Unrecovered[]> {
  const unrecovered: Unrecovered[] = [];
  for (const write of await store.writes.unfinished()) {
    try {
      await recover(store, write);
    } catch (e) {
      unrecovered.push({
        path: write.sidecar,
        error: `whether it was written before a crash cannot be told (${(e as Error).message}); look at it, and at ${write.temporary} if that is there, and decide again`,
      });
    }
  }
  return unrecovered;
}

async function recover(store: Store, write: WriteRecord): Promise<void> {
  const { id, picture, state, sidecar, temporary, before, afterSha256 } = write;
  const { root, path } = await store.pictures.get(picture);
  const now = await standing(sidecar, join(root, path));
  if (now === "unknown") return;
  await rm(temporary, { force: true }).catch(() => undefined);
  // The crash may have come after the file was in its place and before the index knew.
  const isAfter = now !== undefined && sha256Of(now) === afterSha256;
  if (state === "writing") {
    if (isAfter) await markWritten(store, id, picture, sidecar);
    else await store.writes.set(id, "failed");
    return;
  }
  const isBefore = before === null ? now === undefined : now !== undefined && sha256Of(now) === sha256Of(before);
  if (isBefore) await markUndone(store, id, picture, sidecar);
  else await store.writes.set(id, isAfter ? "written" : "theirs");
}
