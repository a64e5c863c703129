/** Files that are written whole or not at all: a kill at any moment leaves the old file or the new. */

import { access, constants, mkdir, open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { cannotWrite } from "./system-error.js";
import { temporaryBeside } from "./temporary-name.js";

/**
 * Writes beside the targets, syncs, then renames over them: files that belong together are all there, or none is touched.
 * @throws GeodriftError `disk`, beginning with the name of the file that cannot be written
 */
export async function writeFilesAtomically(
  named: readonly (readonly [file: string, bytes: Uint8Array])[],
): Promise<void> {
  // A link is written through, and a device or a pipe, which nothing can take the place of, is written to.
  const direct: (readonly [string, Uint8Array])[] = [];
  const targets: (readonly [string, Uint8Array])[] = [];
  for (const [file, bytes] of named) {
    const real = await realpath(file).catch(() => file);
    const info = await stat(real).catch(() => undefined);
    const special = info !== undefined && !info.isFile() && !info.isDirectory();
    (special ? direct : targets).push([real, bytes]);
  }
  for (const [file, bytes] of direct) await writeFile(file, bytes).catch(cannotWrite(file));
  await replaceAll(targets);
}

async function replaceAll(files: readonly (readonly [file: string, bytes: Uint8Array])[]): Promise<void> {
  const partial = (file: string) => temporaryBeside(file, (own) => `${own}.partial`);
  let at = "";
  try {
    for (const [file, bytes] of files) {
      at = file;
      const handle = await open(partial(file), "w");
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
    for (const [file] of files) {
      at = file;
      await rename(partial(file), file);
    }
  } catch (e) {
    for (const [file] of files) await rm(partial(file), { force: true }).catch(() => undefined);
    cannotWrite(at)(e);
  }
}

/**
 * Writes one file whole or not at all.
 * @throws GeodriftError `disk`, beginning with the file's name, if it cannot be written
 */
export const writeFileAtomically = (file: string, bytes: Uint8Array): Promise<void> =>
  writeFilesAtomically([[file, bytes]]);

/**
 * Makes the folder of a file that work is to end in.
 * @throws GeodriftError `disk` if the file could not be written there, or is a folder
 */
export async function prepareFile(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true }).catch(cannotWrite(file));
  await access(dirname(file), constants.W_OK).catch(cannotWrite(file));
  const there = await stat(file).catch(() => undefined);
  if (there?.isDirectory() || /[\\/]$/.test(file))
    throw new GeodriftError("disk", `${file}: cannot be written (it is a folder)`);
}

/** Makes sure that a file is on disk before something counts on it. */
export async function synced(file: string): Promise<void> {
  const handle = await open(file, "r+");
  await handle.sync();
  await handle.close();
}
