/** The store of a library: all that speaks SQL lies in this folder, and everything else asks the store. */
import { GeodriftError } from "@geodrift/core/errors";
import { copyTables, isEmpty } from "./copy.js";
import type { Database } from "./database.js";
import { decisionTable } from "./decisions.js";
import { estimateTable } from "./estimates.js";
import { folderTable } from "./folders.js";
import { lists } from "./lists.js";
import { lookTable } from "./looks.js";
import { migrate } from "./migrations.js";
import { peopleTable } from "./people.js";
import { pictureTable } from "./pictures.js";
import { isDatabaseUrl, PostgresDatabase } from "./postgres.js";
import { queueTable } from "./queue.js";
import { SqliteDatabase } from "./sqlite.js";
import { surveys } from "./surveys.js";
import { trackTable } from "./tracks.js";
import { writeTable } from "./writes.js";

/** What is kept of folders, pictures, estimates, decisions, sidecars and tracks. */
export interface Store {
  folders: ReturnType<typeof folderTable>;
  pictures: ReturnType<typeof pictureTable>;
  estimates: ReturnType<typeof estimateTable>;
  decisions: ReturnType<typeof decisionTable>;
  writes: ReturnType<typeof writeTable>;
  people: ReturnType<typeof peopleTable>;
  queue: ReturnType<typeof queueTable>;
  tracks: ReturnType<typeof trackTable>;
  lists: ReturnType<typeof lists>;
  looks: ReturnType<typeof lookTable>;
  surveys: ReturnType<typeof surveys>;
  transaction: Database["transaction"];
  alone: Database["alone"];
  aloneIfFree: Database["aloneIfFree"];
  changed: Database["changed"];
  onChange: Database["onChange"];
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
export const openStore = async (name: string, { create = false, migrated = true } = {}): Promise<Store> =>
  storeOn(await openDatabase(name, { create, migrated }));

async function openDatabase(name: string, { create = false, migrated = true }): Promise<Database> {
  const database = isDatabaseUrl(name) ? await PostgresDatabase.open(name, { create }) : SqliteDatabase.open(name);
  try {
    if (migrated) await migrate(database);
    return database;
  } catch (e) {
    await database.close();
    throw e;
  }
}

/** An index as it is opened, and as people read it. */
export interface NamedIndex {
  /** Of its file, or the address of a database. */
  index: string;
  shown: string;
}

/**
 * Copies all that one index holds into another, which is made if it is not there.
 * @param onRows told of each table how many rows have been copied since it was told last
 * @throws GeodriftError as `openStore`, and `refused` where the other holds something already
 */
export async function copyStore(
  from: NamedIndex,
  to: NamedIndex,
  onRows?: (table: string, rows: number) => void,
): Promise<void> {
  const source = await openDatabase(from.index, {});
  try {
    const target = await openDatabase(to.index, { create: true });
    try {
      if (!(await isEmpty(target)))
        throw new GeodriftError("refused", `${to.shown}: holds a library already, and a copy is made in an empty one`);
      await copyTables(source, target, onRows);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

const storeOn = (database: Database): Store => ({
  folders: folderTable(database),
  pictures: pictureTable(database),
  estimates: estimateTable(database),
  decisions: decisionTable(database),
  writes: writeTable(database),
  people: peopleTable(database),
  queue: queueTable(database),
  tracks: trackTable(database),
  lists: lists(database),
  looks: lookTable(database),
  surveys: surveys(database),
  transaction: (work) => database.transaction(work),
  alone: (work) => database.alone(work),
  aloneIfFree: (work) => database.aloneIfFree(work),
  changed: (what) => database.changed(what),
  onChange: (listener) => database.onChange(listener),
  close: () => database.close(),
});
