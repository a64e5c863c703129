/** A folder out of the index: nothing in the folder is changed. */
import { resolve } from "node:path";
import type { Library } from "./library.js";

/**
 * Forgets a folder's pictures, and what was estimated and decided about them.
 * @returns how many pictures
 * @throws Error in one sentence if the library has no such folder
 */
export function forgetFolder(library: Library, named: string): number {
  const path = resolve(named);
  const folder = library.row<{ id: number }>("SELECT id FROM folders WHERE path IN (?, ?)", path, named);
  if (!folder) throw new Error(`${named}: the library has no such folder`);
  return library.transaction(() => {
    const own = "(SELECT id FROM pictures WHERE folder = ?)";
    for (const table of ["writes", "decisions", "estimates"])
      library.run(`DELETE FROM ${table} WHERE picture IN ${own}`, folder.id);
    const { changes } = library.run("DELETE FROM pictures WHERE folder = ?", folder.id);
    library.run("DELETE FROM folders WHERE id = ?", folder.id);
    return changes;
  });
}
