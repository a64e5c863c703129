/** A file in the place of another, whole or not at all. */
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { GeodriftError } from "@geodrift/core/errors";
import { isSystemError } from "../files/system-error.js";

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the folder is read-only",
  EACCES: "the folder is not writable",
  EPERM: "the folder is not writable",
  ENOENT: "the folder is gone",
  EEXIST: "another program is writing it",
};

/**
 * For `catch` behind what touches a sidecar.
 * @param rule what is not done to it
 * @throws GeodriftError `disk` with the system's reason in words; a mistake of the program as it is
 */
export const untouched =
  (rule: string) =>
  (e: unknown): never => {
    if (!isSystemError(e)) throw e;
    throw new GeodriftError("disk", `${rule}: ${reasons[e.code ?? ""] ?? e.message}`, { cause: e });
  };

/**
 * Writes beside the target first, then over it: whoever looks sees the old file or the new one, with the same rights.
 * @param temporary beside the target; one that is there already is another process's, which is in the middle of the same
 * @throws GeodriftError `disk` in one sentence, the target as it was
 */
export async function replaceFile(target: string, temporary: string, bytes: Uint8Array): Promise<void> {
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
    if (own) await rm(temporary, { force: true }).catch(() => undefined);
    untouched("its sidecar is not written")(e);
  }
}
