/** The file of an index: SQLite, by one connection. */
import { AsyncLocalStorage } from "node:async_hooks";
import { existsSync, realpathSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { asMendable, GeodriftError } from "@geodrift/core/errors";
import { Mutex } from "async-mutex";
import Libsql from "libsql";
import { alone, aloneIfFree } from "../../files/alone.js";
import type { Change, Database, Value } from "./database.js";

const mutexes = new Map<string, Mutex>();

/** One for each file, by whatever path it is named. */
function mutexOf(file: string): Mutex {
  const path = realpathSync(file);
  const mutex = mutexes.get(path) ?? new Mutex();
  mutexes.set(path, mutex);
  return mutex;
}

/** What another program's transaction, which has not ended after ten seconds, makes of ours. */
function busy(e: unknown): never {
  if ((e as { code?: string }).code !== "SQLITE_BUSY") throw e;
  throw new GeodriftError("busy", "another program is writing to the library; try again", { cause: e });
}

/** A connection, whose statements are prepared once. */
export class SqliteDatabase implements Database {
  readonly dialect = "sqlite";
  private readonly statements = new Map<string, Libsql.Statement>();
  /** Set in whatever a transaction does, until it has ended; what it has changed is told then. */
  private readonly within = new AsyncLocalStorage<{ open: boolean; changes: Set<Change> }>();
  private readonly listeners = new Set<(what: Change) => void>();

  private constructor(
    private readonly db: Libsql.Database,
    /** What is locked while sidecars are written. */
    private readonly sidecars: string,
    /** Held by whichever connection of this thread has a transaction open on the file: to wait for one another there is no other time. */
    private readonly transactions: Mutex,
  ) {}

  /**
   * Opens an SQLite file, or makes one (write-ahead log, foreign keys checked); waits up to 10 seconds for another
   * writer.
   * @throws GeodriftError `disk` if the file cannot be opened as an index
   */
  static open(file: string): SqliteDatabase {
    const fresh = !existsSync(file);
    try {
      const db = new Libsql(file, { timeout: 10_000 });
      // Readers do not wait for the writer, and a kill at any moment loses nothing that was committed.
      db.pragma("journal_mode = WAL");
      db.pragma("synchronous = NORMAL");
      db.pragma("foreign_keys = ON");
      return new SqliteDatabase(db, join(dirname(file), "sidecars"), mutexOf(file));
    } catch (e) {
      if (fresh) rmSync(file, { force: true });
      return asMendable("disk", (said) => `${file}: cannot be opened (${said})`)(e);
    }
  }

  async rows<T>(sql: string, ...values: Value[]): Promise<T[]> {
    await this.turn();
    return this.statement(sql).all(values) as T[];
  }

  async row<T>(sql: string, ...values: Value[]): Promise<T | undefined> {
    return (await this.rows<T>(sql, ...values))[0];
  }

  async run(sql: string, ...values: Value[]): Promise<number> {
    await this.turn();
    try {
      return this.statement(sql).run(values).changes;
    } catch (e) {
      return busy(e);
    }
  }

  async execute(sql: string): Promise<void> {
    await this.turn();
    this.db.exec(sql);
  }

  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.isWithin()) return work();
    return this.transactions.runExclusive(async () => {
      try {
        this.db.exec("BEGIN IMMEDIATE");
      } catch (e) {
        busy(e);
      }
      const own = { open: true, changes: new Set<Change>() };
      try {
        const result = await this.within.run(own, work);
        this.db.exec("COMMIT");
        for (const what of own.changes) this.tell(what);
        return result;
      } catch (e) {
        this.db.exec("ROLLBACK");
        throw e;
      } finally {
        own.open = false;
      }
    });
  }

  async snapshot<T>(work: () => Promise<T>): Promise<T> {
    return this.transactions.runExclusive(async () => {
      // In a write-ahead log readers keep no writer waiting.
      this.db.exec("BEGIN");
      const own = { open: true, changes: new Set<Change>() };
      try {
        return await this.within.run(own, work);
      } finally {
        own.open = false;
        this.db.exec("ROLLBACK");
      }
    });
  }

  /** Who asks from outside of a transaction waits for its end: there is one connection. */
  private async turn(): Promise<void> {
    while (this.transactions.isLocked() && !this.isWithin()) await this.transactions.waitForUnlock();
  }

  private isWithin(): boolean {
    return this.within.getStore()?.open === true;
  }

  alone<T>(work: (check: () => void) => Promise<T>): Promise<T> {
    return alone(this.sidecars, () => work(() => {}));
  }

  aloneIfFree<T>(work: () => Promise<T>): Promise<T | undefined> {
    return aloneIfFree(this.sidecars, work);
  }

  async changed(what: Change): Promise<void> {
    const own = this.within.getStore();
    if (own?.open) own.changes.add(what);
    else this.tell(what);
  }

  private tell(what: Change): void {
    for (const listener of this.listeners) listener(what);
  }

  onChange(listener: (what: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private statement(sql: string): Libsql.Statement {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.db.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }

  async close(): Promise<void> {
    this.statements.clear();
    this.db.close();
  }
}
