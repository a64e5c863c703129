/** One JSON object per request on standard error: what was asked and how it went, nothing of pictures or places. */
import type { MiddlewareHandler } from "hono";

/** A line of the log. */
export interface LogLine {
  /** UTC (ISO 8601). */
  time: string;
  event: string;
  [key: string]: string | number | boolean | undefined;
}

/** Writes an event with its fields. */
export type Log = (event: string, fields?: Record<string, string | number | boolean | undefined>) => void;

/** A log of JSON objects, one a line. */
export const jsonLog =
  (write: (line: string) => void): Log =>
  (event, fields) => {
    const line: LogLine = { time: new Date().toISOString(), event, ...fields };
    write(`${JSON.stringify(line)}\n`);
  };

/**
 * Logs every request: method, path, status, milliseconds, bytes of its body. Query strings are left out: they hold places
 * and names.
 */
export const requestLog =
  (log: Log): MiddlewareHandler =>
  async (c, next) => {
    const started = performance.now();
    await next();
    const { method, path } = c.req;
    const bytes = Number(c.req.header("content-length") ?? 0);
    log("request", { method, path, status: c.res.status, ms: Math.round(performance.now() - started), bytes });
  };
