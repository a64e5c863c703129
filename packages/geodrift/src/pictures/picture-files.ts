/** Files, folders and patterns named on a command line, as the list of picture files they stand for. */

import { stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, sep } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { glob, isDynamicPattern } from "tinyglobby";
import { isPictureFile, mayHoldPictures } from "./picture-names.js";
import { walkPictures } from "./walk-pictures.js";

/** A picture to locate, or a name that stands for none, with the reason. */
export type Named = { file: string } | { file: string; error: GeodriftError };

/**
 * The picture files that names on a command line stand for: a file stands for itself, whatever its ending; a folder for
 * the pictures in it, at any depth, as `walkPictures` has them; a pattern for its matches, pictures alone.
 * @returns in order of the arguments, by name within each; a folder or pattern without pictures gives one entry with
 * GeodriftError `not-found`
 */
export async function pictureFiles(names: readonly string[]): Promise<Named[]> {
  const lists = await Promise.all(names.map(expand));
  return lists.flat();
}

async function expand(name: string): Promise<Named[]> {
  const info = await stat(name).catch(() => undefined);
  if (info?.isDirectory()) {
    const files: string[] = [];
    for await (const { file } of walkPictures(name)) files.push(file);
    return pictures(files, name, "the folder holds no pictures");
  }
  if (info || !isDynamicPattern(name)) return [{ file: name }];
  const matches = await glob(name, { absolute: isAbsolute(name), followSymbolicLinks: false });
  const shown = matches.filter(
    (file) =>
      isPictureFile(basename(file)) &&
      dirname(file)
        .split(sep)
        .every((part) => part === "." || part === ".." || mayHoldPictures(part) || name.includes(part)),
  );
  return pictures(shown.sort(), name, "no picture matches the pattern");
}

const pictures = (found: string[], name: string, none: string): Named[] =>
  found.length > 0 ? found.map((file) => ({ file })) : [{ file: name, error: new GeodriftError("not-found", none) }];
