/** The store of a library: all that speaks SQL lies in this folder, and everything else asks the store. */
import { decisionTable } from "./decisions.js";
import { estimateTable } from "./estimates.js";
import { folderTable } from "./folders.js";
import { IndexFile } from "./index-file.js";
import { lists } from "./lists.js";
import { migrate } from "./migrations.js";
import { pictureTable } from "./pictures.js";
import { trackTable } from "./tracks.js";
import { writeTable } from "./writes.js";

/** What is kept of folders, pictures, estimates, decisions, sidecars and tracks. */
export interface Store {
  folders: ReturnType<typeof folderTable>;
  pictures: ReturnType<typeof pictureTable>;
  estimates: ReturnType<typeof estimateTable>;
  decisions: ReturnType<typeof decisionTable>;
  writes: ReturnType<typeof writeTable>;
  tracks: ReturnType<typeof trackTable>;
  lists: ReturnType<typeof lists>;
  /** Runs work in one transaction: all of it is kept, or, if it throws, nothing; not within another. */
  transaction<T>(work: () => T): T;
  /** Closes the file. */
  close(): void;
}

/**
 * Opens the file of an index, or makes one.
 * @param migrated takes the steps that are missing; another thread's connection need not ask
 * @throws GeodriftError `disk` if it cannot be opened, `file` if a newer geodrift has changed it
 */
export function openStore(file: string, { migrated = true } = {}): Store {
  const index = IndexFile.open(file);
  try {
    if (migrated) migrate(index);
  } catch (e) {
    index.close();
    throw e;
  }
  return {
    folders: folderTable(index),
    pictures: pictureTable(index),
    estimates: estimateTable(index),
    decisions: decisionTable(index),
    writes: writeTable(index),
    tracks: trackTable(index),
    lists: lists(index),
    transaction: (work) => index.transaction(work),
    close: () => index.close(),
  };
}
