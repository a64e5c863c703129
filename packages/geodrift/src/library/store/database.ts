/** What the store's tables ask of a database: SQL with `?` for values, answered later, and transactions. */

/** What a column holds. */
export type Value = string | number | Uint8Array | null;

/** Which database: their tables are made by different words, and read by the same. */
export type Dialect = "sqlite" | "postgres";

/** Of what something has changed, as pages are told. */
export const changes = ["folders", "pictures", "estimates", "decisions"] as const;
/** Of what something has changed. */
export type Change = (typeof changes)[number];

/** A row that is nobody else's for now. */
export interface Lease<T> {
  row: T;
  /** Ends it, with a statement that is the last; nothing if it has ended. */
  end(sql?: string, ...values: Value[]): Promise<void>;
}

/** A database of the store. */
export interface Database {
  readonly dialect: Dialect;
  /** All rows of a query. */
  rows<T>(sql: string, ...values: Value[]): Promise<T[]>;
  /** The first row of a query; undefined if there is none. */
  row<T>(sql: string, ...values: Value[]): Promise<T | undefined>;
  /**
   * Runs a statement that changes rows.
   * @returns how many
   */
  run(sql: string, ...values: Value[]): Promise<number>;
  /** Several statements at once, without values. */
  execute(sql: string): Promise<void>;
  /**
   * Runs work in one transaction: all of it is kept, or, if it throws, nothing. Whatever the work asks of the database, until it has
   * ended, is asked within; a transaction within another is a part of it. Only one at a time changes the database, of all processes.
   */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** Reads as if nothing changed meanwhile, and keeps nobody from changing; not within a transaction. */
  snapshot<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Does work on sidecars, which no two may do at once, of all processes: whoever comes second waits, and takes over if the first dies.
   * @param work is to call `check` before each sidecar: it throws if what says that nobody else is at it has been lost meanwhile
   */
  alone<T>(work: (check: () => void) => Promise<T>): Promise<T>;
  /**
   * The same, unless another is at it.
   * @returns undefined where nothing was done
   */
  aloneIfFree<T>(work: () => Promise<T>): Promise<T | undefined>;
  /**
   * Where rows can be locked one by one: a row that is nobody else's until `end`, whose statement is the last that is done with it. If this
   * process dies before, it is free at once, and nothing was done.
   * @returns undefined where the query finds no row that is free
   */
  lease?<T>(sql: string, ...values: Value[]): Promise<Lease<T> | undefined>;
  /** Tells whoever listens that something has changed; of what a transaction does, when it is kept. */
  changed(what: Change): Promise<void>;
  /**
   * Listens to what changes: of a file, to what is changed through this connection; of PostgreSQL, to what anybody changes.
   * @returns ends the listening
   */
  onChange(listener: (what: Change) => void): () => void;
  /** Ends the connection; nothing may be asked any more. */
  close(): Promise<void>;
}

/**
 * Inserts a row into a table that counts its rows.
 * @returns its number
 */
export async function inserted(database: Database, sql: string, ...values: Value[]): Promise<number> {
  const [{ id }] = await database.rows<{ id: number }>(`${sql} RETURNING id`, ...values);
  return id;
}
