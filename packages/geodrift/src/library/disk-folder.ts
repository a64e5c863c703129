/** Folders of this machine, for whoever chooses one of them. */
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { z } from "zod";
import { cannotRead } from "../files/system-error.js";
import { isPictureFile, mayHoldPictures } from "../pictures/picture-names.js";
import type { diskFolder as diskFolderSchema } from "./contract.js";

/**
 * A folder with the folders in it that may hold pictures.
 * @param named its path; the home folder if left out
 * @throws GeodriftError `not-found` or `file` if it cannot be read
 */
export async function diskFolder(named = homedir()): Promise<z.infer<typeof diskFolderSchema>> {
  const path = resolve(named);
  const entries = await readdir(path, { withFileTypes: true }).catch(cannotRead(path, "folder"));
  const parent = dirname(path);
  return {
    path,
    parent: parent === path ? null : parent,
    folders: entries
      .filter((e) => e.isDirectory() && mayHoldPictures(e.name))
      .map((e) => ({ name: e.name, path: join(path, e.name) }))
      .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true })),
    pictures: entries.filter((e) => e.isFile() && isPictureFile(e.name)).length,
  };
}
