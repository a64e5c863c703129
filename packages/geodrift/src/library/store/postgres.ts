/** An archive of several people: PostgreSQL, by a few connections. Its tables lie in a schema of their own, `geodrift`. */
import { AsyncLocalStorage } from "node:async_hooks";
import { GeodriftError } from "@geodrift/core/errors";
import type { Client, ClientConfig, Pool, PoolClient, QueryResult } from "pg";
import type { Change, Database, Lease, Value } from "./database.js";
import { Listening, notice } from "./listening.js";

/** Does a library's name say where a database is? */
export const isDatabaseUrl = (name: string): boolean => /^postgres(ql)?:\/\//.test(name);

/** The address of a database as people may read it: without who asks and the password. */
export function shownUrl(url: string): string {
  const parsed = parsedOrNot(url);
  if (!parsed)
    throw new GeodriftError(
      "option",
      "postgres://…: is no address of a database; in names and passwords # / ? and @ are written %23 %2F %3F and %40",
    );
  // What looks like no name of a database may be the rest of a password.
  return `postgres://${parsed.host}${/^\/[\w.-]*$/.test(parsed.pathname) ? parsed.pathname : ""}`;
}

function parsedOrNot(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

/** Advisory locks, of this database alone, by two numbers: the first says that it is ours. */
const locks = { family: 0x67656f, changes: 1, sidecars: 2 } as const;

/** A machine that has gone without a word is noticed within a minute, and what it held is free. */
const noticing = "-c tcp_keepalives_idle=20 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3";

/** Whole numbers of 64 bits, and decimal ones, are numbers here: none is beyond 2⁵³. */
const numbers: readonly number[] = [20, 1700];

/** A transaction: its connection, until it has ended, and what it has changed, which is told then. */
interface Transaction {
  client: PoolClient | undefined;
  changes: Set<Change>;
}

/** A few connections, whose statements are prepared once each. */
export class PostgresDatabase implements Database {
  readonly dialect = "postgres";
  /** The connection of whatever a transaction does, until it has ended. */
  private readonly within = new AsyncLocalStorage<Transaction>();
  private readonly statements = new Map<string, { name: string; text: string }>();
  private readonly listening: Listening;

  private constructor(
    private readonly pool: Pool,
    private readonly connect: () => Client,
    private readonly shown: string,
  ) {
    this.listening = new Listening(connect);
  }

  /**
   * Connects to a database, and makes our schema in it if it is to.
   * @param url `postgres://user:password@host/database`; the usual variables (`PGPASSWORD` …) stand in for what it does not say
   * @throws GeodriftError `network` if it cannot be reached or refuses, `not-found` where it holds no library and none is to be made
   */
  static async open(url: string, { create = false } = {}): Promise<PostgresDatabase> {
    const shown = shownUrl(url);
    const { default: pg } = await import("pg");
    const config: ClientConfig = {
      connectionString: url,
      application_name: "geodrift",
      connectionTimeoutMillis: 10_000,
      options: `-c search_path=geodrift ${noticing}`,
      keepAlive: true,
      keepAliveInitialDelayMillis: 20_000,
      types: {
        getTypeParser: ((type: number, format: "text" | "binary") =>
          numbers.includes(type) ? Number : pg.types.getTypeParser(type, format as "text")) as never,
      },
    };
    const pool = new pg.Pool({ ...config, max: 8 });
    // One that is idle when the server goes is forgotten; whoever asks next is told.
    pool.on("error", () => {});
    pool.on("connect", (client) => client.on("error", () => {}));
    const database = new PostgresDatabase(pool, () => new pg.Client(config), shown);
    try {
      await database.prepareSchema(create);
      return database;
    } catch (e) {
      await database.close();
      throw e;
    }
  }

  private async prepareSchema(create: boolean): Promise<void> {
    const there = await this.row("SELECT 1 FROM pg_namespace WHERE nspname = 'geodrift'");
    if (there) return;
    if (!create)
      throw new GeodriftError(
        "not-found",
        `${this.shown}: holds no library; "geodrift library add PICTURES --library …" makes one`,
      );
    await this.transaction(() => this.execute("CREATE SCHEMA IF NOT EXISTS geodrift"));
  }

  async rows<T>(sql: string, ...values: Value[]): Promise<T[]> {
    return (await this.ask(sql, values)).rows as T[];
  }

  async row<T>(sql: string, ...values: Value[]): Promise<T | undefined> {
    return (await this.rows<T>(sql, ...values))[0];
  }

  async run(sql: string, ...values: Value[]): Promise<number> {
    return (await this.ask(sql, values)).rowCount ?? 0;
  }

  async execute(sql: string): Promise<void> {
    await (this.within.getStore()?.client ?? this.pool).query(sql).catch(this.failed);
  }

  private ask(
    sql: string,
    values: readonly Value[],
    by: PoolClient | Pool = this.within.getStore()?.client ?? this.pool,
  ): Promise<QueryResult> {
    let statement = this.statements.get(sql);
    if (!statement) {
      let n = 0;
      const text = sql.replace(/\?(\d*)/g, (_, number: string) => `$${number || ++n}`);
      statement = { name: `geodrift-${this.statements.size}`, text };
      this.statements.set(sql, statement);
    }
    const asked = { ...statement, values: values.map(sent) };
    return by.query(asked).catch(this.failed);
  }

  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.within.getStore()?.client) return work();
    const client = await this.pool.connect().catch(this.failed);
    const own: Transaction = { client, changes: new Set() };
    let broken: Error | undefined;
    try {
      // One writer at a time, as in SQLite: what is read within is not changed by another before it is written. Who stands still keeps
      // the others waiting for a minute.
      await client
        .query(
          `BEGIN; SET LOCAL idle_in_transaction_session_timeout = '60s'; SELECT pg_advisory_xact_lock(${locks.family}, ${locks.changes})`,
        )
        .catch(this.failed);
      const result = await this.within.run(own, work);
      for (const what of own.changes) await client.query(...notice(what)).catch(this.failed);
      await client.query("COMMIT").catch(this.failed);
      return result;
    } catch (e) {
      await client.query("ROLLBACK").catch((gone: Error) => {
        broken = gone;
      });
      throw e;
    } finally {
      own.client = undefined;
      client.release(broken);
    }
  }

  async snapshot<T>(work: () => Promise<T>): Promise<T> {
    const client = await this.pool.connect().catch(this.failed);
    const own: Transaction = { client, changes: new Set() };
    try {
      await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").catch(this.failed);
      return await this.within.run(own, work);
    } finally {
      own.client = undefined;
      // Nothing has been written that could be lost: a connection that is not as it was is not used again.
      const ended = await client.query("ROLLBACK").catch((e: Error) => e);
      client.release(ended instanceof Error ? ended : undefined);
    }
  }

  async lease<T>(sql: string, ...values: Value[]): Promise<Lease<T> | undefined> {
    const client = await this.pool.connect().catch(this.failed);
    let isOpen = true;
    const ended = async (last: string): Promise<void> => {
      if (!isOpen) return;
      isOpen = false;
      let broken: Error | undefined;
      await client.query(last).catch((e: Error) => {
        broken = e;
      });
      client.release(broken);
      if (broken) this.failed(broken);
    };
    try {
      // A picture may take its time, whatever the server allows others.
      await client.query("BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0").catch(this.failed);
      const row = (await this.ask(sql, values, client)).rows[0] as T | undefined;
      if (row === undefined) {
        await ended("ROLLBACK");
        return undefined;
      }
      const end = async (last?: string, ...of: Value[]) => {
        if (!isOpen) return;
        if (last !== undefined)
          await this.ask(last, of, client).catch(async (e: unknown) => {
            await ended("ROLLBACK").catch(() => {});
            throw e;
          });
        await ended("COMMIT");
      };
      return { row, end };
    } catch (e) {
      await ended("ROLLBACK").catch(() => {});
      throw e;
    }
  }

  async alone<T>(work: (check: () => void) => Promise<T>): Promise<T> {
    return this.locked("SELECT pg_advisory_lock($1, $2)", work) as Promise<T>;
  }

  aloneIfFree<T>(work: () => Promise<T>): Promise<T | undefined> {
    return this.locked("SELECT pg_try_advisory_lock($1, $2) AS taken", work);
  }

  /** By a connection of its own: the lock is free as soon as that ends, whatever has ended it. */
  private async locked<T>(take: string, work: (check: () => void) => Promise<T>): Promise<T | undefined> {
    const client = this.connect();
    let isHeld = true;
    for (const event of ["error", "end"] as const)
      client.on(event, () => {
        isHeld = false;
      });
    const check = () => {
      if (!isHeld)
        throw new GeodriftError(
          "network",
          `${this.shown}: the connection that kept others from the sidecars has ended`,
        );
    };
    try {
      await client.connect().catch(this.failed);
      const { rows } = await client.query(take, [locks.family, locks.sidecars]).catch(this.failed);
      return rows[0].taken === false ? undefined : await work(check);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async changed(what: Change): Promise<void> {
    const own = this.within.getStore();
    if (own?.client) own.changes.add(what);
    else await this.pool.query(...notice(what)).catch(this.failed);
  }

  onChange(listener: (what: Change) => void): () => void {
    return this.listening.add(listener);
  }

  async close(): Promise<void> {
    await this.listening.close();
    await this.pool.end();
  }

  /** What a query has failed of: what is wrong with the query itself is the program's mistake. */
  private readonly failed = (e: Error & { code?: string }): never => {
    const [kind, words] = kindOf(e.code);
    if (kind === undefined || e instanceof TypeError) throw e;
    throw new GeodriftError(kind, `${this.shown}: the database ${words} (${e.message})`, { cause: e });
  };
}

/** Whose failure it is, by the classes of SQLSTATE; what has no such code has failed on the way. */
function kindOf(code = ""): [kind: "disk" | "network" | undefined, words: string] {
  // No class begins with E, as the system's own errors do.
  if (!/^[0-9A-DF-Z][0-9A-Z]{4}$/.test(code) || /^(08|57)/.test(code)) return ["network", "does not answer"];
  if (code === "53100") return ["disk", "has no room"];
  if (/^(28|3D|42501|25006|53|58)/.test(code)) return ["network", "refuses"];
  return [undefined, ""];
}

/** A value as the protocol takes it. Text has no zero character in PostgreSQL, which files may have. */
const sent = (value: Value): string | number | Buffer | null =>
  typeof value === "string"
    ? value.replaceAll("\0", "\uFFFD")
    : value instanceof Uint8Array
      ? Buffer.from(value)
      : value;
