/** The file of the index: SQLite, by one connection. */
import { existsSync, rmSync } from "node:fs";
import { asMendable } from "@geodrift/core/errors";
import Database from "libsql";

type Value = string | number | bigint | Buffer | null;

/** A connection, whose statements are prepared once. */
export class IndexFile {
  private readonly statements = new Map<string, Database.Statement>();

  private constructor(private readonly db: Database.Database) {}

  /**
   * Opens an SQLite file, or makes one (write-ahead log, foreign keys checked); waits up to 10 seconds for another
   * writer.
   * @throws GeodriftError `disk` if the file cannot be opened as an index
   */
  static open(file: string): IndexFile {
    const fresh = !existsSync(file);
    try {
      const db = new Database(file, { timeout: 10_000 });
      // Readers do not wait for the writer, and a kill at any moment loses nothing that was committed.
      db.pragma("journal_mode = WAL");
      db.pragma("synchronous = NORMAL");
      db.pragma("foreign_keys = ON");
      return new IndexFile(db);
    } catch (e) {
      if (fresh) rmSync(file, { force: true });
      return asMendable("disk", (said) => `${file}: cannot be opened (${said})`)(e);
    }
  }

  /** All rows of a query. */
  rows<T>(sql: string, ...values: Value[]): T[] {
    return this.statement(sql).all(...values) as T[];
  }

  /** The first row of a query; undefined if there is none. */
  row<T>(sql: string, ...values: Value[]): T | undefined {
    return this.rows<T>(sql, ...values)[0];
  }

  /**
   * Runs a statement that changes rows.
   * @returns how many rows changed, and the number of the last that was inserted
   */
  run(sql: string, ...values: Value[]): { changes: number; lastInsertRowid: number } {
    const { changes, lastInsertRowid } = this.statement(sql).run(...values);
    return { changes, lastInsertRowid: Number(lastInsertRowid) };
  }

  /** Several statements at once, without values. */
  execute(sql: string): void {
    this.db.exec(sql);
  }

  /** Runs work in one transaction: all of it is kept, or, if it throws, nothing. */
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

  private statement(sql: string): Database.Statement {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.db.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }

  /** Closes the connection. */
  close(): void {
    this.statements.clear();
    this.db.close();
  }
}
