/** Files, folders and patterns named on a command line, as the list of picture files they stand for. */

import { stat } from "node:fs/promises";
import { extname, isAbsolute, join } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { glob, isDynamicPattern } from "tinyglobby";

/** Endings of the names of picture files, in lower case with the dot. */
export const endings = [".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".gif", ".avif", ".heic", ".heif"];

/** Has the name the ending of a picture file? Upper and lower case are the same. */
export const isPictureFile = (name: string): boolean => endings.includes(extname(name).toLowerCase());

/** A picture to locate, or a name that stands for none, with the reason. */
export type Named = { file: string } | { file: string; error: GeodriftError };

/**
 * The picture files that names on a command line stand for: a file stands for itself, whatever its ending; a folder for
 * the pictures in it, at any depth; a pattern for its matches, pictures alone.
 * @returns in order of the arguments, sorted within each; a folder or pattern without pictures gives one entry with
 * GeodriftError `not-found`
 */
export async function pictureFiles(names: readonly string[]): Promise<Named[]> {
  const lists = await Promise.all(names.map(expand));
  return lists.flat();
}

async function expand(name: string): Promise<Named[]> {
  const info = await stat(name).catch(() => undefined);
  if (info?.isDirectory()) {
    const files = await glob("**/*", { cwd: name, dot: false });
    return pictures(
      files.map((f) => join(name, f)),
      name,
      "the folder holds no pictures",
    );
  }
  if (info || !isDynamicPattern(name)) return [{ file: name }];
  return pictures(await glob(name, { absolute: isAbsolute(name) }), name, "no picture matches the pattern");
}

function pictures(files: string[], name: string, none: string): Named[] {
  const found = files.filter(isPictureFile).sort();
  return found.length > 0
    ? found.map((file) => ({ file }))
    : [{ file: name, error: new GeodriftError("not-found", none) }];
}
