/** Opening a library: the checks of its folder, the steps that its index lacks, and what a crash has left half done. */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { GeodriftError, withSubject } from "@geodrift/core/errors";
import { cacheRoot } from "../hub/cache-root.js";
import { isPictureFile } from "../pictures/picture-names.js";
import { Library } from "./library.js";
import { isDatabaseUrl, shownUrl } from "./store/postgres.js";
import { copyStore, openStore } from "./store/store.js";

const indexFile = "index.db";

/** Does the folder hold a library? */
export const isLibrary = (folder: string): boolean => existsSync(join(folder, indexFile));

/**
 * Opens a library, of this version or an older one; what a crash has left half done is put right.
 * @param name folder of the index, or the address of a database, `postgres://user@host/database`
 * @param options `create` makes a library where there is none yet, in a folder that is empty or absent, or in a database
 * @throws GeodriftError `not-found` where there is none, `refused` for a folder that holds something else, `disk`, `network` or `file` for
 * an index that cannot be opened
 * @example
 * ```js
 * import { openLibrary } from "geodrift/library";
 * const library = await openLibrary("out/library", { create: true });
 * console.log((await library.store.pictures.counts()).byState);
 * await library.close();
 * ```
 */
export async function openLibrary(name: string, { create = false } = {}): Promise<Library> {
  if (!isDatabaseUrl(name) && !isLibrary(name)) await prepareFolder(name, create);
  const { index, shown, folder } = await whereabouts(name);
  const library = new Library(name, folder, await openStore(index, { create }));
  try {
    await withSubject(shown, () => library.recoverIfFree());
    return library;
  } catch (e) {
    await library.close();
    throw e;
  }
}

/**
 * Opens another connection to the index of a library that is open, for another thread: nothing is put right.
 * @throws GeodriftError `disk` or `network` if it cannot be opened
 */
export async function joinLibrary(name: string): Promise<Library> {
  const { index, folder } = await whereabouts(name);
  return new Library(name, folder, await openStore(index, { migrated: false }));
}

/**
 * Copies a library, from a folder into a database or the other way, or from one to another of a kind: folders, pictures, estimates, decisions,
 * the log of sidecars, tracks, people. The pictures and their sidecars stay where they are, and thumbnails are made anew.
 * @param from as it would be opened; `to` likewise, empty or not there yet
 * @param onRows told of each table how many rows have been copied since it was told last
 * @throws GeodriftError as `openLibrary`, and `refused` where the other holds something already
 */
export async function copyLibrary(
  from: string,
  to: string,
  onRows?: (table: string, rows: number) => void,
): Promise<void> {
  // What a crash has left half done is put right before it is copied, and steps that the index lacks are taken.
  await (await openLibrary(from)).close();
  if (!isDatabaseUrl(to) && !isLibrary(to)) await prepareFolder(to, true);
  const [source, target] = [await whereabouts(from), await whereabouts(to)];
  if (source.shown === target.shown || resolve(source.index) === resolve(target.index))
    throw new GeodriftError("option", `${target.shown}: a library is copied to another place than its own`);
  await copyStore(source, target, onRows);
}

/** What a library is made of: its index, as the store opens it and as people read it, and the folder of its thumbnails. */
async function whereabouts(name: string): Promise<{ index: string; shown: string; folder: string }> {
  if (!isDatabaseUrl(name)) return { index: join(name, indexFile), shown: join(name, indexFile), folder: name };
  // Thumbnails are made on each machine; they are known by what they show, whatever archive has it.
  const folder = join(cacheRoot(), "library");
  await mkdir(folder, { recursive: true });
  return { index: name, shown: shownUrl(name), folder };
}

async function prepareFolder(folder: string, create: boolean): Promise<void> {
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new GeodriftError("file", `${folder}: is a file, where the folder of a library is expected`);
  const inside = existsSync(folder) ? await readdir(folder) : [];
  if (inside.some(isPictureFile))
    throw new GeodriftError(
      "refused",
      `${folder}: holds pictures; a library is a folder of its own, and "geodrift library add ${folder}" takes the pictures in`,
    );
  if (!create)
    throw new GeodriftError("not-found", `${folder}: holds no library; "geodrift library add PICTURES" makes one`);
  if (inside.length > 0)
    throw new GeodriftError("refused", `${folder}: holds other files; a library is a folder of its own`);
  mkdirSync(folder, { recursive: true });
}
