/** The pictures of a folder, at any depth: one rule of what is one for every command. */
import { opendir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { cannotRead } from "../files/system-error.js";
import { isPictureFile, isUntellable, mayHoldPictures } from "./picture-names.js";
import { type SidecarFile, sidecarFinder } from "./sidecars.js";

/** A picture file with the sidecars beside it. */
export interface WalkedPicture {
  /** Path, beginning with that of the folder that is walked. */
  file: string;
  /** Of its folder. */
  folder: string;
  name: string;
  sidecars: SidecarFile[];
}

/**
 * Walks through a folder: pictures by name, folder by folder. Links are not followed; hidden files and folders, programs'
 * thumbnails and recycle bins are left out. A folder in it that is closed to us costs its own pictures; one whose name is no text stands
 * for them, so that whoever reads it hears why.
 * @throws GeodriftError `not-found` or `file` if the folder itself cannot be read
 */
export async function* walkPictures(root: string): AsyncGenerator<WalkedPicture> {
  const waiting = [root];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const here = folder;
    const entries = await opendir(here).catch((e: unknown) => {
      if (here === root) cannotRead(root, "folder")(e);
    });
    if (!entries) {
      if (isUntellable(here)) yield { file: here, folder: dirname(here), name: basename(here), sidecars: [] };
      continue;
    }
    const [names, folders]: [string[], string[]] = [[], []];
    for await (const entry of entries) {
      if (entry.isDirectory() && mayHoldPictures(entry.name)) folders.push(entry.name);
      else if (entry.isFile()) names.push(entry.name);
    }
    const sidecarsOf = sidecarFinder(names);
    for (const name of names.filter(isPictureFile).sort())
      yield { file: join(here, name), folder: here, name, sidecars: sidecarsOf(name) };
    // The last is taken first.
    waiting.push(
      ...folders
        .sort()
        .reverse()
        .map((name) => join(here, name)),
    );
  }
}
