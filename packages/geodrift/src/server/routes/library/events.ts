/** What changes in a library, as it changes. */
import { setTimeout as delay } from "node:timers/promises";
import { GeodriftError, isMendable } from "@geodrift/core/errors";
import { createRoute, z } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import { type Change, changes } from "../../../library/store/database.js";
import { router } from "../../router.js";
import { refusals } from "../../schemas.js";
import { type LibraryContext, path } from "./shared.js";

/** What changes at once is told at once, milliseconds. */
const togetherMs = 150;

/** So often something is sent, milliseconds: who has gone without a word is noticed, and no proxy takes the silence for an end. */
const beatMs = 20_000;

/** So often a database that does not answer is asked again, milliseconds. */
const unknownMs = 500;

/** Pages that may be open at once. */
const mostListeners = 500;

/** The route of a library's events. */
export function eventRoutes({ library, ending }: LibraryContext) {
  let listeners = 0;
  return router().openapi(
    createRoute({
      method: "get",
      path: `${path}/events`,
      summary: "What changes, as server-sent events",
      description: `\`ready\` first, then \`changed\` with \`{ "what": [${changes.map((what) => `"${what}"`).join(", ")}] }\`, those of them that have: of a database, whoever has changed them.`,
      responses: {
        200: { description: "events", content: { "text/event-stream": { schema: z.string() } } },
        ...refusals.busy,
      },
    }),
    (c) => {
      if (listeners >= mostListeners)
        throw new GeodriftError("busy", `${mostListeners} listen to what changes already, and no more can`);
      listeners++;
      // A proxy that gathers what it passes on would tell of changes when they are old.
      c.header("x-accel-buffering", "no");
      return streamSSE(c, async (stream) => {
        const waiting = new Set<Change>();
        let wake = () => {};
        const silence = library.store.onChange((what) => {
          waiting.add(what);
          wake();
        });
        const end = AbortSignal.any([ending, c.req.raw.signal]);
        end.addEventListener("abort", () => wake(), { once: true });
        stream.onAbort(() => wake());
        try {
          await stream.writeSSE({ event: "ready", data: "{}" });
          while (!stream.aborted && !end.aborted) {
            if (waiting.size === 0) {
              const woken = new Promise<void>((resolve) => {
                wake = resolve;
              });
              const rest = new AbortController();
              await Promise.race([woken, delay(beatMs, undefined, { signal: rest.signal }).catch(() => {})]);
              rest.abort();
            }
            if (waiting.size > 0) await delay(togetherMs, undefined, { signal: end }).catch(() => {});
            // A token may have been taken away since; of a database that does not answer nobody knows, and nothing is told until it does.
            const may = await c.var.mayStill().catch((e: unknown) => {
              if (isMendable(e)) return undefined;
              throw e;
            });
            if (may === false) break;
            if (may === undefined) await delay(unknownMs, undefined, { signal: end }).catch(() => {});
            if (may === undefined || waiting.size === 0) {
              await stream.write(": still here\n\n");
              continue;
            }
            const what = [...waiting];
            waiting.clear();
            await stream.writeSSE({ event: "changed", data: JSON.stringify({ what }) });
          }
        } finally {
          silence();
          listeners--;
        }
      }) as never;
    },
  );
}
