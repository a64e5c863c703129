import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { isPictureFile } from "../../pictures/picture-files.js";
import { readPictureBytes } from "../../pictures/read-picture.js";
import type { PictureSource } from "./source.js";

/**
 * A folder of pictures, at any depth, whose own files say where they were taken (EXIF).
 * @returns items in the order of their names, folder by folder; hidden files and folders are left out
 */
export function folderSource(folder: string): PictureSource {
  return {
    name: folder,
    columns: [],
    async *items() {
      for await (const file of walk(folder))
        yield { id: relative(folder, file).replaceAll("\\", "/"), bytes: () => readPictureBytes(file) };
    },
  };
}

/** Pictures by name, folder by folder, hidden ones left out. */
async function* walk(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (isPictureFile(entry.name)) yield path;
  }
}
