/** What others change in a PostgreSQL database, as it tells us: LISTEN and NOTIFY. */
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { type Change, changes } from "./database.js";

const channel = "geodrift";

/** The query that tells all who listen, when its transaction is kept. */
export const notice = (what: Change): [sql: string, values: string[]] => ["SELECT pg_notify($1, $2)", [channel, what]];

/** Before a connection that has ended is made anew, milliseconds. */
const pauseMs = 1000;

/** A connection that listens while anybody does. */
export class Listening {
  private readonly listeners = new Set<(what: Change) => void>();
  private running:
    | { client: Client | undefined; stop: AbortController; stopped: Promise<void>; end: Promise<void> }
    | undefined;

  /** @param connect makes a client that is not connected yet */
  constructor(private readonly connect: () => Client) {}

  /** Tells a listener of every change, and of all kinds of them where some may have been missed. */
  add(listener: (what: Change) => void): () => void {
    this.listeners.add(listener);
    if (!this.running) {
      const stop = new AbortController();
      const stopped = new Promise<void>((resolve) => stop.signal.addEventListener("abort", () => resolve()));
      this.running = { client: undefined, stop, stopped, end: Promise.resolve() };
      this.running.end = this.listen(this.running);
    }
    return () => this.listeners.delete(listener);
  }

  private async listen(own: NonNullable<typeof this.running>): Promise<void> {
    for (let again = false; !own.stop.signal.aborted; again = true) {
      const client = this.connect();
      own.client = client;
      const ended = new Promise<void>((resolve) => client.once("end", resolve));
      client.on("error", () => {});
      client.on("notification", ({ payload }) => {
        const what = changes.find((change) => change === payload);
        if (what) this.tell(what);
      });
      try {
        // One that is told to end before it is connected never answers.
        await Promise.race([client.connect(), own.stopped]);
        if (own.stop.signal.aborted) break;
        await client.query(`LISTEN ${channel}`);
        if (again) for (const what of changes) this.tell(what);
        await ended;
      } catch {
        await client.end().catch(() => undefined);
      }
      await delay(pauseMs, undefined, { signal: own.stop.signal, ref: false }).catch(() => undefined);
    }
  }

  private tell(what: Change): void {
    for (const listener of this.listeners) listener(what);
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    this.listeners.clear();
    this.running?.stop.abort();
    const { client, end } = this.running ?? {};
    await Promise.race([client?.end().catch(() => undefined), end]);
    await end;
  }
}
