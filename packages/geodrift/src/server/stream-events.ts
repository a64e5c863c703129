import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { toRefusal } from "./failure.js";
import type { Log } from "./log.js";

/** Who listens to a piece of work, and how its steps are sent. */
export interface EventCall<Step extends object> {
  /** Aborted when nobody listens any more. */
  signal: AbortSignal;
  /** Sends an event `step`, after those before it. */
  step(data: () => Step | Promise<Step>): void;
}

/**
 * Runs something and sends its steps as they come, then its result or its error, as server-sent events (`step`, `result`,
 * `error`) whose data are JSON.
 */
export function streamEvents<Step extends object, Result extends object>(
  c: Context,
  log: Log,
  work: (call: EventCall<Step>) => Promise<Result>,
): Response {
  return streamSSE(c, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    c.req.raw.signal.addEventListener("abort", () => gone.abort(), { once: true });
    const send = (event: string, data: object) => stream.writeSSE({ event, data: JSON.stringify(data) });
    // One after another, and only as fast as the client reads; steps that come meanwhile are few and bounded.
    let sent = Promise.resolve();
    try {
      const result = await work({
        signal: gone.signal,
        step: (data) => {
          sent = sent.then(async () => send("step", await data()));
        },
      });
      await sent;
      await send("result", result);
    } catch (e) {
      if (gone.signal.aborted) log("withdrawn", { path: c.req.path });
      else await send("error", toRefusal(e, log, c.req.path).body);
    }
  });
}
