/** A landmark's model in, a solid out: step by step, and its files. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { createRoute, type z } from "@hono/zod-openapi";
import type { LiftJob, LiftStep } from "../../engine/engine-messages.js";
import { liftDefaults } from "../../lift/defaults.js";
import { keptLift } from "../../lift/kept-lifts.js";
import type { ServerContext } from "../context.js";
import { lifted, liftFileParams, liftFiles, liftSettings, type liftStep } from "../lift-schemas.js";
import { router } from "../router.js";
import { body, file, refusals } from "../schemas.js";
import { streamEvents } from "../stream-events.js";
import type { ServedImages } from "./imagine.js";
import { followed } from "./locate.js";

const liftRoute = createRoute({
  method: "post",
  path: "/api/lift",
  summary: "Lift the landmark into three dimensions",
  description:
    "Takes minutes; one after another. With Accept: text/event-stream come the events `step`, `result` or `error`. A request that is withdrawn, or a server that is stopped, loses nothing: asked for again, a lift goes on.",
  request: { body: body(liftSettings) },
  responses: { 200: followed(lifted, "what was made"), ...refusals.asked, ...refusals.busy },
});

const fileRoute = createRoute({
  method: "get",
  path: "/api/lift/{id}/{file}",
  summary: "A file of a lift: its mesh, field, turntable or manifest",
  request: { params: liftFileParams },
  responses: { 200: file(Object.values(liftFiles), "the file"), ...refusals.unknown },
});

/** POST /api/lift and GET /api/lift/{id}/{file}. */
export function liftRoutes({ engine, log }: ServerContext, { landmark }: ServedImages) {
  /** @throws GeodriftError `option` without a landmark */
  function served() {
    if (!landmark) throw new GeodriftError("option", "this server has no model of a landmark (--landmark-model)");
    return landmark;
  }

  /** @throws GeodriftError `option` in one sentence */
  function jobOf({ size, steps, seed, guideAngle, guideWords }: z.infer<typeof liftSettings>): LiftJob {
    const { model, description } = served();
    const { sizes } = description.network;
    const pixels = size ?? Math.min(...sizes);
    if (!sizes.includes(pixels))
      throw new GeodriftError(
        "option",
        `"size": the model makes pictures of ${sizes.join(" or ")} pixels, got ${pixels}`,
      );
    const guidance = { words: guideWords, place: guideAngle };
    return { model, options: { ...liftDefaults, steps, size: pixels, seed, guidance } };
  }

  async function lift(job: LiftJob, signal: AbortSignal, onLifting: (at: LiftStep) => void) {
    const { id, model } = await engine.lift(job, { signal, onLifting });
    const [{ title, place: at, facing }] = served().description.landmarks;
    return { id, model, landmark: { title, at, facing }, files: Object.keys(liftFiles) };
  }

  return router()
    .openapi(liftRoute, async (c) => {
      const job = jobOf(c.req.valid("json"));
      if (!c.req.header("accept")?.includes("text/event-stream"))
        return lift(job, c.req.raw.signal, () => {}).then((result) => c.json(result, 200));
      return streamEvents<z.infer<typeof liftStep>, z.infer<typeof lifted>>(c, log, ({ signal, step }) =>
        lift(job, signal, ({ preview, ...at }) =>
          step(() => ({ ...at, ...(preview && { png: Buffer.from(preview).toString("base64") }) })),
        ),
      ) as never;
    })
    .openapi(fileRoute, async (c) => {
      const { id, file: name } = c.req.valid("param");
      const bytes = await readFile(join(keptLift(id), name)).catch(() => {
        throw new GeodriftError("not-found", "no such lift: the server keeps the last eight");
      });
      return c.body(new Uint8Array(bytes), 200, { "content-type": liftFiles[name] }) as never;
    });
}
