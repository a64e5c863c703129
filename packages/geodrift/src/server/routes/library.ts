/** The archive's day over HTTP: pictures, estimates, decisions, sidecars. */
import { createRoute, z } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { maxPixels, readPictureBytes } from "../../encode/read-picture.js";
import { decide, lastBatch, undo } from "../../library/decisions.js";
import { circleRadiusKm, keepEstimate } from "../../library/estimates.js";
import { exportedPictures } from "../../library/export/exported.js";
import { exportFormats } from "../../library/export/formats.js";
import { BusyWithJob, type Jobs } from "../../library/jobs.js";
import { type KnownPlaces, knownPlaces as placesKnown } from "../../library/known-places.js";
import type { Library } from "../../library/library.js";
import { locateWith } from "../../library/locate-picture.js";
import { checkedPictureFile } from "../../library/paths.js";
import { albums, pictureDetail as detailOf, listPictures, overview as overviewOf } from "../../library/pictures.js";
import { thumbnail } from "../../library/thumbnails.js";
import { keepTrack, readGpx } from "../../library/tracks.js";
import { writeSidecars } from "../../library/write-sidecars.js";
import type { App, ServerContext } from "../context.js";
import type { EngineAnswer, LocateCall } from "../engine.js";
import type { LocateJob } from "../engine-messages.js";
import { isLoopback } from "../guard.js";
import {
  decisionBody,
  estimateBody,
  exportQuery,
  folderBody,
  knownPlaces,
  listedPicture,
  listQuery,
  outcomes,
  overview,
  pictureDetail,
  pictureSettings,
  thumbnailQuery,
  undoBody,
  writeBody,
} from "../library-schemas.js";
import { failure, locateResult, wholeNumber } from "../schemas.js";
import { readUpload } from "../upload.js";
import { densityHeader, streamAnswer, zipped } from "./locate.js";

const params = z.object({ id: wholeNumber(1, Number.MAX_SAFE_INTEGER) });
const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});
const body = <T extends z.ZodType>(schema: T) => ({
  content: { "application/json": { schema } },
  required: true,
});
const failures = { 400: json(failure, "what was asked cannot be done"), 404: json(failure, "no such picture") };
const path = "/api/library";
const picturePath = `${path}/pictures/{id}`;

/** Most bytes of a track. */
const mostTrackBytes = 64 * 2 ** 20;

/** What the library says of a request is the request's fault; its sentences are for people. */
function asked<T>(work: () => T): T {
  try {
    return work();
  } catch (e) {
    throw askedFor(e as Error);
  }
}

const askedFor = (e: Error): HTTPException => {
  if (e instanceof BusyWithJob) return new HTTPException(409, { message: e.message });
  return new HTTPException(/^the library has no picture/.test(e.message) ? 404 : 400, { message: e.message });
};

export function addLibrary(
  app: App,
  context: ServerContext,
  { library, jobs, host }: { library: Library; jobs: Jobs; host: string },
): void {
  const { engine, densities, models, limits, log } = context;
  const canAdd = isLoopback(host);
  const state = () => {
    const last = lastBatch(library);
    return { ...overviewOf(library), canAdd, ...(last && { undo: last }), ...(jobs.state && { job: jobs.state }) };
  };

  app.openapi(
    createRoute({
      method: "get",
      path,
      summary: "What the library holds",
      responses: { 200: json(overview, "counts, folders, and what it is busy with") },
    }),
    (c) => c.json(state(), 200),
  );

  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/folders`,
      summary: "Take a folder of this machine in; answered on the machine itself alone",
      request: { body: body(folderBody) },
      responses: { 202: json(overview, "the scan has begun"), ...failures, 403: json(failure, "not from elsewhere") },
    }),
    (c) => {
      if (!canAdd)
        throw new HTTPException(403, {
          message: 'folders are added on the machine itself: "geodrift library add FOLDER"',
        });
      asked(() => jobs.scan([c.req.valid("json").path]));
      return c.json(state(), 202);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/scan`,
      summary: "Look at all folders again",
      responses: { 202: json(overview, "the scan has begun"), ...failures },
    }),
    (c) => {
      asked(() => jobs.scan(overviewOf(library).folders.map((f) => f.path)));
      return c.json(state(), 202);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: `${path}/pictures`,
      summary: "Pictures, page by page",
      request: { query: listQuery },
      responses: {
        200: json(
          z.object({ pictures: z.array(listedPicture), next: z.string().optional() }),
          "a page, and where the next begins",
        ),
        ...failures,
      },
    }),
    (c) =>
      c.json(
        asked(() => listPictures(library, c.req.valid("query"))),
        200,
      ),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: `${path}/albums`,
      summary: "Folders within the folders",
      responses: {
        200: json(
          z.array(z.object({ folder: z.number(), album: z.string(), pictures: z.number() })),
          "with their pictures",
        ),
      },
    }),
    (c) => c.json(albums(library), 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: picturePath,
      summary: "A picture, its estimate, what was decided",
      request: { params },
      responses: { 200: json(pictureDetail, "the picture"), ...failures },
    }),
    (c) => c.json(asked(() => detailOf(library, c.req.valid("param").id)) as z.infer<typeof pictureDetail>, 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: `${picturePath}/thumbnail`,
      summary: "A small picture (WebP), without metadata",
      request: { params, query: thumbnailQuery },
      responses: {
        200: {
          description: "240 or 1280 pixels",
          content: { "image/webp": { schema: z.string().openapi({ format: "binary" }) } },
        },
        ...failures,
      },
    }),
    async (c) => {
      const bytes = await thumbnail(library, c.req.valid("param").id, c.req.valid("query").size).catch((e: Error) => {
        throw new HTTPException(404, { message: e.message });
      });
      return c.body(new Uint8Array(bytes), 200, {
        "content-type": "image/webp",
        "cache-control": "private, max-age=600",
      }) as never;
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: `${picturePath}/known`,
      summary: "Places that bear on a picture: of the same time, the same folder, a track",
      request: { params, query: pictureSettings },
      responses: { 200: json(knownPlaces, "places, with the time between"), ...failures },
    }),
    (c) =>
      c.json(
        asked(() => placesKnown(library, c.req.valid("param").id, c.req.valid("query"))),
        200,
      ),
  );

  /** One of its pictures as a job, with what is known about it. */
  async function pictureJob(id: number, settings: z.infer<typeof pictureSettings>, watch: boolean): Promise<LocateJob> {
    const { model: named, name: _, prior, region, timeNeighbours, album, track, clockMinutes, ...options } = settings;
    const { model, encoder } = models.named(named);
    try {
      const file = await checkedPictureFile(library, id);
      const bytes = await readPictureBytes(file);
      const neighbours: KnownPlaces[] = placesKnown(library, id, { timeNeighbours, album, track, clockMinutes });
      const image = detailOf(library, id).path;
      return {
        model,
        encoder,
        image,
        bytes,
        mostPixels: Math.max(maxPixels, limits.pixels),
        options,
        prior,
        region,
        neighbours,
        watch,
      };
    } catch (e) {
      throw askedFor(e as Error);
    }
  }

  async function located(id: number, work: LocateJob, call: LocateCall): Promise<EngineAnswer> {
    const answer = await engine.locate(work, call);
    keepEstimate(library, id, {
      result: answer.result,
      radiusKm: circleRadiusKm(answer.distribution, answer.samples, answer.result.best),
    });
    return answer;
  }

  app.openapi(
    createRoute({
      method: "post",
      path: `${picturePath}/locate`,
      summary: "Locate a picture of the library, with what is known besides",
      description: "As POST /api/locate; the answer is kept as the picture's estimate.",
      request: { params, query: pictureSettings },
      responses: {
        200: {
          description: "the answer",
          content: { "application/json": { schema: locateResult }, "text/event-stream": { schema: z.string() } },
        },
        ...failures,
        429: json(failure, "too much is waiting"),
      },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const giveBack = engine.reserve();
      const watch = c.req.header("accept")?.includes("text/event-stream") ?? false;
      const work = await pictureJob(id, c.req.valid("query"), watch).finally(giveBack);
      if (watch) return streamAnswer(c, context, (call) => located(id, work, call)) as never;
      const answer = await located(id, work, { signal: c.req.raw.signal });
      c.header(densityHeader, densities.keep(answer));
      return c.json(answer.result, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: `${picturePath}/evidence`,
      summary: "A zip for whoever is to check the answer",
      request: { params, query: pictureSettings },
      responses: {
        200: {
          description: "hashes, settings, density, map, what was ruled out",
          content: { "application/zip": { schema: z.string().openapi({ format: "binary" }) } },
        },
        ...failures,
      },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const settings = { ...c.req.valid("query"), fine: true };
      const work = await pictureJob(id, settings, false);
      const answer = await engine.locate(work, { signal: c.req.raw.signal });
      return zipped(c, work, answer) as never;
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/decisions`,
      summary: "Accept, reject, or say that it shows no place; of one picture or many, all or none",
      request: { body: body(decisionBody) },
      responses: {
        200: json(z.object({ batch: z.number() }), "the number under which it can be taken back"),
        ...failures,
      },
    }),
    (c) => {
      const { pictures, verdict } = c.req.valid("json");
      return c.json({ batch: asked(() => decide(library, pictures, verdict)) }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/undo`,
      summary: "Take back what was said last; sidecars become what they were",
      request: { body: body(undoBody) },
      responses: { 200: json(outcomes, "the pictures, and what could not be taken back"), ...failures },
    }),
    async (c) => c.json(await undo(library, c.req.valid("json").batch), 200),
  );

  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/write`,
      summary: "Write sidecars for accepted pictures: all, or those named",
      request: { body: body(writeBody) },
      responses: { 200: json(outcomes, "sidecars, and what could not be written"), ...failures },
    }),
    async (c) => {
      const accepted = library.rows<{ id: number }>(
        "SELECT id FROM pictures WHERE missing = 0 AND state = 'accepted' ORDER BY id",
      );
      const wanted = c.req.valid("json").pictures ?? accepted.map((p) => p.id);
      const done = await writeSidecars(library, wanted);
      log("written", { sidecars: done.filter((o) => o.sidecar).length, failed: done.filter((o) => o.error).length });
      return c.json(done, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/estimate`,
      summary: "Locate the whole queue in the background",
      request: { body: body(estimateBody) },
      responses: { 202: json(overview, "it has begun"), ...failures },
    }),
    (c) => {
      const { model: named, seed, guidance, prior, ...options } = c.req.valid("json");
      const { model, encoder } = models.named(named);
      const settings = { model, encoder, seed, guidance, prior };
      asked(() => jobs.estimate((signal) => locateWith(engine, settings, { signal }), options));
      return c.json(state(), 202);
    },
  );

  app.openapi(
    createRoute({
      method: "delete",
      path: `${path}/job`,
      summary: "Stop what it is busy with",
      responses: { 200: json(overview, "it has stopped") },
    }),
    async (c) => {
      await jobs.stop();
      return c.json(state(), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/tracks`,
      summary: "Take in a GPX track",
      request: {
        query: z.object({ name: z.string().max(300).default("track.gpx") }),
        body: { content: { "application/gpx+xml": { schema: z.string() } }, required: true },
      },
      responses: { 200: json(z.object({ points: z.number() }), "points with a time"), ...failures },
    }),
    async (c) => {
      const bytes = await readUpload(c.req.raw, mostTrackBytes);
      const points = asked(() => readGpx(new TextDecoder().decode(bytes)));
      keepTrack(library, c.req.valid("query").name, points);
      return c.json({ points: points.length }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: `${path}/export`,
      summary: "Pictures whose place is known, and who says so",
      request: { query: exportQuery },
      responses: {
        200: {
          description: "CSV, GeoJSON, KML, or CSV of Darwin Core terms",
          content: { "text/plain": { schema: z.string() } },
        },
        ...failures,
      },
    }),
    (c) => {
      const { format, obscure } = c.req.valid("query");
      const ending = format === "dwc" ? "dwc.csv" : format;
      return c.body(exportFormats[format](exportedPictures(library, { obscure })), 200, {
        "content-type": "text/plain; charset=utf-8",
        "content-disposition": `attachment; filename="pictures.${ending}"`,
      }) as never;
    },
  );
}
