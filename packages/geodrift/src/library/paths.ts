/** Where a picture of the library lies, and nowhere else. */
import { lstat, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Library } from "./library.js";

interface Row {
  root: string;
  path: string;
}

/**
 * The file of a picture by its number, after making sure that it is still a file of its own inside the folder that was
 * added: no link, and in no folder that has become one.
 * @throws Error in one sentence
 */
export async function checkedPictureFile(library: Library, id: number): Promise<string> {
  const row = library.row<Row>(
    "SELECT f.path AS root, p.path FROM pictures p JOIN folders f ON f.id = p.folder WHERE p.id = ?",
    id,
  );
  if (!row) throw new Error(`the library has no picture ${id}`);
  const file = join(row.root, row.path);
  const gone = (e: NodeJS.ErrnoException) => {
    throw new Error(e.code === "ENOENT" ? "the picture is gone" : `the picture cannot be reached (${e.code})`);
  };
  const info = await lstat(file).catch(gone);
  if (!info.isFile()) throw new Error("is no longer a file of its own, but a link or a folder");
  const [real, root] = [await realpath(file).catch(gone), await realpath(row.root).catch(gone)];
  const inside = relative(root as string, real as string);
  if (inside.startsWith(`..${sep}`) || inside !== relative(row.root, file))
    throw new Error("lies behind a link, which the library does not follow");
  return file;
}
