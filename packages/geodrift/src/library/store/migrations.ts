/**
 * How the index came to have the tables it has: one named step after another, each recorded in the database. To change the tables,
 * add a step at the end; a step that has been released is never changed.
 */
import { GeodriftError } from "@geodrift/core/errors";
import type { Database, Dialect } from "./database.js";
import { postgresTables } from "./postgres-tables.js";

/** A step by its name, in the words of each database. */
interface Migration extends Record<Dialect, string> {
  name: string;
}

/** Paths are relative to the folder that was added; times are milliseconds. */
const firstTables = `
CREATE TABLE folders (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  scanned_at INTEGER
);
CREATE TABLE pictures (
  id INTEGER PRIMARY KEY,
  folder INTEGER NOT NULL REFERENCES folders,
  path TEXT NOT NULL,
  album TEXT NOT NULL,
  size INTEGER NOT NULL,
  modified REAL NOT NULL,
  sidecar_modified REAL,
  sha256 TEXT,
  width INTEGER,
  height INTEGER,
  taken_at INTEGER,
  utc_offset_minutes INTEGER,
  camera TEXT,
  file_lat REAL,
  file_lng REAL,
  state TEXT NOT NULL,
  error TEXT,
  missing INTEGER NOT NULL DEFAULT 0,
  bits REAL,
  UNIQUE (folder, path)
);
CREATE INDEX pictures_by_state ON pictures (missing, state, id);
CREATE INDEX pictures_in_order ON pictures (missing, id);
CREATE INDEX pictures_by_time ON pictures (missing, coalesce(taken_at, 9e15), id);
CREATE INDEX pictures_by_state_and_time ON pictures (missing, state, coalesce(taken_at, 9e15), id);
CREATE INDEX pictures_by_clock ON pictures (taken_at);
CREATE INDEX pictures_by_bits ON pictures (missing, coalesce(-bits, 1e9), id);
CREATE INDEX pictures_by_state_and_bits ON pictures (missing, state, coalesce(-bits, 1e9), id);
CREATE INDEX pictures_by_album ON pictures (folder, album);
CREATE INDEX pictures_by_hash ON pictures (sha256);
CREATE TABLE estimates (
  picture INTEGER PRIMARY KEY REFERENCES pictures,
  sha256 TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  radius_km REAL NOT NULL,
  result TEXT NOT NULL
);
CREATE TABLE decisions (
  id INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL,
  picture INTEGER NOT NULL REFERENCES pictures,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  level TEXT,
  lat REAL,
  lng REAL,
  radius_km REAL,
  source TEXT,
  place TEXT,
  model TEXT,
  known TEXT,
  sha256 TEXT,
  state_before TEXT NOT NULL,
  undone INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX decisions_by_picture ON decisions (picture, undone, id);
CREATE INDEX decisions_by_batch ON decisions (batch);
CREATE TABLE writes (
  id INTEGER PRIMARY KEY,
  decision INTEGER NOT NULL REFERENCES decisions,
  picture INTEGER NOT NULL REFERENCES pictures,
  at INTEGER NOT NULL,
  process INTEGER NOT NULL,
  sidecar TEXT NOT NULL,
  temporary TEXT NOT NULL,
  before BLOB,
  after_sha256 TEXT NOT NULL,
  state TEXT NOT NULL
);
CREATE INDEX writes_by_picture ON writes (picture, id);
CREATE INDEX writes_by_state ON writes (state);
CREATE TABLE track_points (
  track TEXT NOT NULL,
  at INTEGER NOT NULL,
  lat REAL NOT NULL,
  lng REAL NOT NULL,
  PRIMARY KEY (track, at)
) WITHOUT ROWID;
CREATE INDEX track_points_by_time ON track_points (at);
`;

/**
 * Where times come from, how far places may be off, what is not used and why; segments of tracks. Times and places of before were
 * read by other rules: the next scan reads every file again.
 */
const whatFilesSay = `
ALTER TABLE pictures ADD COLUMN taken_from TEXT;
ALTER TABLE pictures ADD COLUMN place_error_metres REAL;
ALTER TABLE pictures ADD COLUMN notes TEXT;
UPDATE pictures SET modified = -1;
ALTER TABLE track_points ADD COLUMN segment INTEGER NOT NULL DEFAULT 0;
`;

/** Whether a write is under way is told by the lock of whoever writes: numbers of processes come again, in containers at once. */
const writesOfNobody = "ALTER TABLE writes DROP COLUMN process";

/** The steps, in the order in which they are taken. PostgreSQL has begun with what the first four had come to. */
export const migrations: readonly Migration[] = [
  { name: "first-tables", sqlite: firstTables, postgres: postgresTables },
  { name: "error-codes", sqlite: "ALTER TABLE pictures ADD COLUMN error_code TEXT", postgres: "" },
  { name: "what-files-say", sqlite: whatFilesSay, postgres: "" },
  { name: "writes-of-nobody", sqlite: writesOfNobody, postgres: "" },
];

/** Version 0.1 recorded no names: it counted, and 1 stood for the first tables. */
const byVersion: readonly string[] = ["first-tables"];

/** Names of the steps that the database has taken. */
export async function appliedMigrations(database: Database): Promise<string[]> {
  const recorded = await database.row(
    {
      sqlite: "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'",
      postgres: "SELECT 1 WHERE to_regclass('migrations') IS NOT NULL",
    }[database.dialect],
  );
  if (recorded)
    return (await database.rows<{ name: string }>("SELECT name FROM migrations ORDER BY id")).map((m) => m.name);
  return byVersion.slice(0, await versionOf(database));
}

/** The number by which version 0.1 told what tables a file has. */
async function versionOf(database: Database): Promise<number> {
  if (database.dialect !== "sqlite") return 0;
  return (await database.row<{ user_version: number }>("PRAGMA user_version"))?.user_version ?? 0;
}

/**
 * Takes the steps that the database has not taken yet, all or none.
 * @throws GeodriftError `file` if a newer geodrift has taken steps that are not known here
 */
export async function migrate(database: Database): Promise<void> {
  // Most of the time there is nothing to do, and nothing that would wait for another process that writes.
  if ((await pending(database)).length === 0) return;
  await database.transaction(async () => {
    const before = await versionOf(database);
    await database.execute(
      {
        sqlite: "CREATE TABLE IF NOT EXISTS migrations (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, at INTEGER)",
        postgres: `CREATE TABLE IF NOT EXISTS migrations
          (id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name TEXT NOT NULL UNIQUE, at BIGINT)`,
      }[database.dialect],
    );
    const record = (name: string, at: number | null) =>
      database.run("INSERT INTO migrations (name, at) VALUES (?, ?) ON CONFLICT DO NOTHING", name, at);
    for (const name of byVersion.slice(0, before)) await record(name, null);
    for (const migration of await pending(database)) {
      await database.execute(migration[database.dialect]);
      await record(migration.name, Date.now());
    }
    // Version 0.1 says of a file with a higher number that a newer geodrift made it, which is so.
    if (database.dialect === "sqlite") await database.execute(`PRAGMA user_version = ${migrations.length}`);
  });
}

async function pending(database: Database): Promise<readonly Migration[]> {
  const applied = await appliedMigrations(database);
  const unknown = applied.find((name) => migrations.every((m) => m.name !== name));
  if (unknown !== undefined)
    throw new GeodriftError("file", `was made by a newer geodrift, which has changed it ("${unknown}")`);
  return migrations.filter(({ name }) => !applied.includes(name));
}
