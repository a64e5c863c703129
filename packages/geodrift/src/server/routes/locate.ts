/** A picture in, the answer of `geodrift locate` out, at once or step by step. */

import { flatDegrees } from "@geodrift/core";
import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { EngineAnswer, LocateCall } from "../../engine/engine.js";
import type { LocateJob } from "../../engine/engine-messages.js";
import { type EvidenceOptions, evidenceBundle, shownSide } from "../../evidence/bundle.js";
import { toGeoJson } from "../../figures/geojson.js";
import { locateResult } from "../../locate/contract.js";
import type { ServerContext } from "../context.js";
import { router } from "../router.js";
import {
  evidenceWishes,
  file,
  type LocateSettings,
  type locateEnd,
  locateSettings,
  type locateStep,
  refusals,
} from "../schemas.js";
import { streamEvents } from "../stream-events.js";
import { announcedBytes, readUpload } from "../upload.js";

const binary = { schema: z.string().openapi({ format: "binary" }) };
const picture = { content: { "image/*": binary, "application/octet-stream": binary }, required: true };

const failures = { ...refusals.asked, ...refusals.large, ...refusals.busy };

/** Header that names the density of the answer, for the routes under /api/density. */
export const densityHeader = "Geodrift-Density";

/** The description of an answer that comes whole (JSON), or as server-sent events. */
export const followed = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema }, "text/event-stream": { schema: z.string() } },
});

const locateRoute = createRoute({
  method: "post",
  path: "/api/locate",
  summary: "Locate a picture",
  description:
    "The body is the picture's file. With Accept: text/event-stream come the events `step` (places as longitude, latitude, " +
    "longitude, … at every step from noise), `result` (the answer, and the name of its density) or `error`.",
  request: { query: locateSettings, body: picture },
  responses: {
    200: followed(
      locateResult,
      `the answer of \`geodrift locate --json\`; the header ${densityHeader} names its density`,
    ),
    ...failures,
  },
});

const densityRoute = createRoute({
  method: "post",
  path: "/api/density",
  summary: "The density of a picture as GeoJSON",
  request: { query: locateSettings, body: picture },
  responses: {
    200: {
      description: "best guess, modes, outlines of 50, 90 and 95 %, samples",
      content: { "application/geo+json": { schema: z.object({ type: z.literal("FeatureCollection") }) } },
    },
    ...failures,
  },
});

const evidenceRoute = createRoute({
  method: "post",
  path: "/api/evidence",
  summary: "The answer for whoever is to check it (zip)",
  request: { query: locateSettings.extend(evidenceWishes), body: picture },
  responses: {
    200: file("application/zip", "hashes, settings, density, map, what was ruled out, the command that gives it again"),
    ...failures,
  },
});

/** POST /api/locate, /api/density and /api/evidence. */
export function locateRoutes(context: ServerContext) {
  const { engine, densities, limits } = context;

  /** Keeps a place in the queue, reads the picture, and gives the place back when all is answered. */
  async function withPicture<T>(c: Context, answer: (bytes: Uint8Array) => Promise<T>): Promise<T> {
    const place = engine.reserve(announcedBytes(c.req.raw, limits.bytes));
    try {
      return await answer(await readUpload(c.req.raw, limits.bytes, { hold: place.hold }));
    } finally {
      place.giveBack();
    }
  }

  return router()
    .openapi(locateRoute, async (c) => {
      const settings = c.req.valid("query");
      if (c.req.header("accept")?.includes("text/event-stream")) {
        const { hold, giveBack } = engine.reserve(announcedBytes(c.req.raw, limits.bytes));
        try {
          const job = jobOf(settings, await readUpload(c.req.raw, limits.bytes, { hold }), context, true);
          return streamAnswer(c, context, (call) => engine.locate(job, call).finally(giveBack)) as never;
        } catch (e) {
          giveBack();
          throw e;
        }
      }
      return withPicture(c, async (bytes) => {
        const answer = await engine.locate(jobOf(settings, bytes, context, false), { signal: c.req.raw.signal });
        c.header(densityHeader, densities.keep(answer));
        return c.json(answer.result, 200);
      });
    })
    .openapi(densityRoute, (c) =>
      withPicture(c, async (bytes) => {
        const settings = { ...c.req.valid("query"), fine: true };
        const answer = await engine.locate(jobOf(settings, bytes, context, false), { signal: c.req.raw.signal });
        c.header(densityHeader, densities.keep(answer));
        return c.body(JSON.stringify(toGeoJson(answer)), 200, { "content-type": "application/geo+json" }) as never;
      }),
    )
    .openapi(evidenceRoute, (c) =>
      withPicture(c, async (bytes) => {
        const { remarks, picture: isShown, ...query } = c.req.valid("query");
        const settings = { ...query, fine: true };
        const job = jobOf(settings, bytes, context, false);
        const answer = await engine.locate(job, { signal: c.req.raw.signal });
        const picture = isShown ? (await context.pictures.do("shrink", bytes, shownSide)).webp : undefined;
        const model = context.models.named(settings.model).entry.id;
        return zipped(c, { ...settings, model, remarks, picture }, job, answer) as never;
      }),
    );
}

/** An evidence bundle as a file to keep. */
export async function zipped(
  c: Context,
  {
    model,
    prior,
    abstain,
    remarks,
    picture,
  }: Pick<LocateSettings, "prior" | "abstain"> & Pick<EvidenceOptions, "model" | "remarks" | "picture">,
  { region, neighbours, encoder }: LocateJob,
  answer: EngineAnswer,
): Promise<Response> {
  const bundle = await evidenceBundle(answer, {
    ...{ model, encoder, prior, abstain, places: neighbours, region, picture },
    ...(remarks && remarks.length > 0 && { remarks }),
  });
  return c.body(new Uint8Array(bundle), 200, {
    "content-type": "application/zip",
    "content-disposition": `attachment; filename="evidence-${answer.result.sha256.slice(0, 12)}.zip"`,
  });
}

function jobOf(settings: LocateSettings, bytes: Uint8Array, { models, limits }: ServerContext, watch: boolean) {
  const { model: id, name: image, prior, region, ...options } = settings;
  const { model, encoder } = models.named(id);
  return { model, encoder, image, picture: bytes, maxPixels: limits.pixels, options, prior, region, watch };
}

/** Runs a job and sends its steps as server-sent events as they come, then the answer. */
export function streamAnswer(
  c: Context,
  { densities, log }: Pick<ServerContext, "densities" | "log">,
  locate: (call: LocateCall) => Promise<EngineAnswer>,
): Response {
  return streamEvents<z.infer<typeof locateStep>, z.infer<typeof locateEnd>>(c, log, async ({ signal, step }) => {
    const onStep: LocateCall["onStep"] = ({ points, step: done, steps }) =>
      step(() => ({ step: done, steps, points: degrees(points) }));
    const answer = await locate({ signal, onStep });
    return { result: answer.result, density: densities.keep(answer) };
  });
}

/** Longitude, latitude, longitude, … to a thousandth of a degree. */
const degrees = (points: Float32Array): number[] => flatDegrees(points).map((v) => Math.round(1000 * v) / 1000);
