/** A library: an index of pictures that lie in folders of their own, which it never changes. */
import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import Database from "libsql";
import PQueue from "p-queue";
import { isPictureFile } from "../pictures/picture-files.js";
import { recoverWrites } from "./recover-writes.js";
import { schemaVersion, tables } from "./tables.js";

const indexFile = "index.db";

export const isLibrary = (folder: string): boolean => existsSync(join(folder, indexFile));

type Value = string | number | bigint | Buffer | null;

export class Library {
  private readonly turns = new PQueue({ concurrency: 1 });
  private readonly statements = new Map<string, Database.Statement>();

  private constructor(
    readonly folder: string,
    private readonly db: Database.Database,
  ) {}

  /**
   * Opens a library, or makes one in a folder that is empty or absent; what a crash left half-done is put right.
   * @throws Error in one sentence
   */
  static async open(folder: string, { create = false } = {}): Promise<Library> {
    if (!isLibrary(folder)) {
      if (existsSync(folder) && !statSync(folder).isDirectory())
        throw new Error(`${folder}: is a file, where the folder of a library is expected`);
      const inside = existsSync(folder) ? await readdir(folder) : [];
      if (inside.some(isPictureFile))
        throw new Error(
          `${folder}: holds pictures; a library is a folder of its own, and "geodrift library add ${folder}" takes the pictures in`,
        );
      if (!create) throw new Error(`${folder}: holds no library; "geodrift library add PICTURES" makes one`);
      if (inside.length > 0) throw new Error(`${folder}: holds other files; a library is a folder of its own`);
      mkdirSync(folder, { recursive: true });
    }
    const library = new Library(folder, openIndex(join(folder, indexFile)));
    try {
      library.migrate();
      await recoverWrites(library);
      return library;
    } catch (e) {
      library.close();
      throw new Error(`${join(folder, indexFile)}: ${(e as Error).message}`);
    }
  }

  /** Another connection to the same index, for another thread: nothing is put right. */
  static join(folder: string): Library {
    return new Library(folder, openIndex(join(folder, indexFile)));
  }

  private migrate(): void {
    const [{ user_version: version }] = this.rows<{ user_version: number }>("PRAGMA user_version");
    if (version > schemaVersion) throw new Error("was made by a newer geodrift");
    if (version === schemaVersion) return;
    this.transaction(() => {
      this.db.exec(tables);
      this.db.exec(`PRAGMA user_version = ${schemaVersion}`);
    });
  }

  rows<T>(sql: string, ...values: Value[]): T[] {
    return this.statement(sql).all(...values) as T[];
  }

  row<T>(sql: string, ...values: Value[]): T | undefined {
    return this.statement(sql).all(...values)[0] as T | undefined;
  }

  run(sql: string, ...values: Value[]): { changes: number; lastInsertRowid: number } {
    const { changes, lastInsertRowid } = this.statement(sql).run(...values);
    return { changes, lastInsertRowid: Number(lastInsertRowid) };
  }

  /** All or nothing. */
  transaction<T>(work: () => T): T {
    this.db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.db.exec("COMMIT");
      return result;
    } catch (e) {
      this.db.exec("ROLLBACK");
      throw e;
    }
  }

  /** Whatever writes sidecars or takes them back, one after another. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.turns.add(work);
  }

  private statement(sql: string): Database.Statement {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.db.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }

  close(): void {
    this.statements.clear();
    this.db.close();
  }
}

function openIndex(file: string): Database.Database {
  const fresh = !existsSync(file);
  try {
    const db = new Database(file, { timeout: 10_000 });
    // Readers do not wait for the writer, and a kill at any moment loses nothing that was committed.
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = NORMAL");
    db.pragma("foreign_keys = ON");
    return db;
  } catch (e) {
    if (fresh) rmSync(file, { force: true });
    throw new Error(`${file}: cannot be opened (${(e as Error).message})`);
  }
}
