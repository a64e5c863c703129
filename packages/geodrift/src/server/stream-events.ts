import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { toFailure } from "./failure.js";
import type { Log } from "./log.js";

export interface EventCall {
  /** Aborted when nobody listens any more. */
  signal: AbortSignal;
  /** Sends an event `step`, after those before it. */
  step(data: () => object | Promise<object>): void;
}

/** Runs something and sends its steps as they come, then its result or its error, as events. */
export function streamEvents(c: Context, log: Log, work: (call: EventCall) => Promise<object>): Response {
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
      else await send("error", { error: toFailure(e as Error, log, c.req.path).error });
    }
  });
}
