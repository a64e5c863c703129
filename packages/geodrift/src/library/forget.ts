/** A folder out of the index: nothing in the folder is changed. */
import { resolve } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import type { Library } from "./library.js";

/**
 * Forgets a folder's pictures, and what was estimated and decided about them; the folder itself stays as it is.
 * @param named its path, or as the library has it
 * @returns how many pictures
 * @throws GeodriftError `not-found` if the library has no such folder
 */
export async function forgetFolder({ store }: Library, named: string): Promise<number> {
  const folder = await store.folders.find(resolve(named), named);
  if (folder === undefined) throw new GeodriftError("not-found", `${named}: the library has no such folder`);
  return store.folders.remove(folder);
}
