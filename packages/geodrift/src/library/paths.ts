/** Where a picture of the library lies, and nowhere else. */
import { lstat, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { isSystemError } from "../files/system-error.js";
import type { Library } from "./library.js";

const unreachable = (e: unknown): never => {
  if (!isSystemError(e)) throw e;
  if (e.code === "ENOENT" || e.code === "ENOTDIR")
    throw new GeodriftError("not-found", "the picture is gone", { cause: e });
  throw new GeodriftError("file", `the picture cannot be reached (${e.code})`, { cause: e });
};

/**
 * The file of a picture by its number, after making sure that it is still a file of its own inside the folder that was
 * added: no link, and in no folder that has become one.
 * @returns its absolute path
 * @throws GeodriftError, without the picture's name: `not-found` if there is no such picture or file, `file` if it cannot
 * be reached
 */
export async function checkedPictureFile({ store }: Library, id: number): Promise<string> {
  const { root, path } = await store.pictures.get(id);
  const file = join(root, path);
  const info = await lstat(file).catch(unreachable);
  if (!info.isFile()) throw new GeodriftError("not-found", "is no longer a file of its own, but a link or a folder");
  const [real, realRoot] = [await realpath(file).catch(unreachable), await realpath(root).catch(unreachable)];
  const inside = relative(realRoot, real);
  if (inside.startsWith(`..${sep}`) || inside !== relative(root, file))
    throw new GeodriftError("not-found", "lies behind a link, which the library does not follow");
  return file;
}
