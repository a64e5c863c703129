/** The store of a library: all that speaks SQL lies in this folder, and everything else asks the store. */
import type { Database } from "./database.js";
import { decisionTable } from "./decisions.js";
import { estimateTable } from "./estimates.js";
import { folderTable } from "./folders.js";
import { lists } from "./lists.js";
import { migrate } from "./migrations.js";
import { pictureTable } from "./pictures.js";
import { isDatabaseUrl, PostgresDatabase } from "./postgres.js";
import { SqliteDatabase } from "./sqlite.js";
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
  transaction: Database["transaction"];
  alone: Database["alone"];
  aloneIfFree: Database["aloneIfFree"];
  close: Database["close"];
}

/**
 * Opens an index, or makes one.
 * @param name of its file, or the address of a database
 * @param options `create`: an index may be made in a database that has none; `migrated`: takes the steps that are missing, which another
 * thread's connection need not ask for
 * @throws GeodriftError `disk` or `network` if it cannot be opened, `not-found` for a database without an index, `file` if a newer geodrift
 * has changed it
 */
export async function openStore(name: string, { create = false, migrated = true } = {}): Promise<Store> {
  const database = isDatabaseUrl(name) ? await PostgresDatabase.open(name, { create }) : SqliteDatabase.open(name);
  try {
    if (migrated) await migrate(database);
  } catch (e) {
    await database.close();
    throw e;
  }
  return storeOn(database);
}

const storeOn = (database: Database): Store => ({
  folders: folderTable(database),
  pictures: pictureTable(database),
  estimates: estimateTable(database),
  decisions: decisionTable(database),
  writes: writeTable(database),
  tracks: trackTable(database),
  lists: lists(database),
  transaction: (work) => database.transaction(work),
  alone: (work) => database.alone(work),
  aloneIfFree: (work) => database.aloneIfFree(work),
  close: () => database.close(),
});
