/** Opening a library: the checks of its folder, the steps that its index lacks, and what a crash has left half done. */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { GeodriftError, withSubject } from "@geodrift/core/errors";
import { isPictureFile } from "../pictures/picture-names.js";
import { Library } from "./library.js";
import { openStore } from "./store/store.js";

const indexFile = "index.db";

/** Does the folder hold a library? */
export const isLibrary = (folder: string): boolean => existsSync(join(folder, indexFile));

/**
 * Opens a library, of this version or an older one; what a crash has left half done is put right.
 * @param folder of the index
 * @param options `create` makes a library where there is none yet, in a folder that is empty or absent
 * @throws GeodriftError `not-found` where there is none, `refused` for a folder that holds something else, `disk` or `file` for
 * an index that cannot be opened
 * @example
 * ```js
 * import { openLibrary } from "geodrift/library";
 * const library = await openLibrary("out/library", { create: true });
 * console.log(library.store.pictures.counts().byState);
 * library.close();
 * ```
 */
export async function openLibrary(folder: string, { create = false } = {}): Promise<Library> {
  if (!isLibrary(folder)) await prepareFolder(folder, create);
  const library = new Library(folder, openStore(join(folder, indexFile)));
  try {
    await withSubject(join(folder, indexFile), () => library.recoverIfFree());
    return library;
  } catch (e) {
    library.close();
    throw e;
  }
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

/**
 * Opens another connection to the index of a library that is open, for another thread: nothing is put right.
 * @throws GeodriftError `disk` if it cannot be opened
 */
export const joinLibrary = (folder: string): Library =>
  new Library(folder, openStore(join(folder, indexFile), { migrated: false }));
