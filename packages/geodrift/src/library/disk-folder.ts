/** Folders of this machine, for whoever chooses one of them. */
import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { z } from "zod";
import { cannotRead } from "../files/system-error.js";
import { isPictureFile, mayHoldPictures } from "../pictures/picture-names.js";
import type { diskFolder as diskFolderSchema } from "./contract.js";

/**
 * A folder with the folders in it that may hold pictures.
 * @param asked its path; the home folder if left out
 * @throws GeodriftError `not-found` or `file` if it cannot be read
 */
export async function diskFolder(asked = homedir()): Promise<z.infer<typeof diskFolderSchema>> {
  const path = resolve(asked);
  const entries = await readdir(path, { withFileTypes: true }).catch(cannotRead(path, "folder"));
  const parent = dirname(path);
  // A scan follows no links within a folder; whoever names one as the folder means where it leads.
  const isFolder = async (e: Dirent): Promise<boolean> =>
    e.isDirectory() ||
    (e.isSymbolicLink() && (await stat(join(path, e.name)).catch(() => undefined))?.isDirectory() === true);
  const named = entries.filter((e) => mayHoldPictures(e.name));
  const folders = (await Promise.all(named.map(isFolder))).flatMap((is, i) => (is ? [named[i]] : []));
  return {
    path,
    parent: parent === path ? null : parent,
    folders: folders
      .map((e) => ({ name: e.name, path: join(path, e.name) }))
      .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true })),
    pictures: entries.filter((e) => e.isFile() && isPictureFile(e.name)).length,
  };
}
