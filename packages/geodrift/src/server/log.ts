/** One JSON object per request on standard error: what was asked and how it went, nothing of pictures or places. */
import type { MiddlewareHandler } from "hono";

export interface LogLine {
  time: string;
  event: string;
  [key: string]: string | number | boolean | undefined;
}

export type Log = (event: string, fields?: Record<string, string | number | boolean | undefined>) => void;

export const jsonLog =
  (write: (line: string) => void): Log =>
  (event, fields) => {
    const line: LogLine = { time: new Date().toISOString(), event, ...fields };
    write(`${JSON.stringify(line)}\n`);
  };

/** Query strings are left out: they hold places and names. */
export const requestLog =
  (log: Log): MiddlewareHandler =>
  async (c, next) => {
    const started = performance.now();
    await next();
    const { method, path } = c.req;
    const bytes = Number(c.req.header("content-length") ?? 0);
    log("request", { method, path, status: c.res.status, ms: Math.round(performance.now() - started), bytes });
  };
