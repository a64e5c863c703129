/** What a model says of pictures of the library. */
import { createRoute, z } from "@hono/zod-openapi";
import type { EngineAnswer, LocateCall } from "../../../engine/engine.js";
import type { LocateJob } from "../../../engine/engine-messages.js";
import { circleRadiusKm, keepEstimate } from "../../../library/estimates.js";
import { type KnownPlaces, knownPlaces as placesKnown } from "../../../library/known-places.js";
import type { Library } from "../../../library/library.js";
import { locateWith } from "../../../library/locate-picture.js";
import { checkedPictureFile } from "../../../library/paths.js";
import { pictureDetail as detailOf } from "../../../library/pictures.js";
import { namedPrior } from "../../../locate/prior.js";
import { maxPixels, readPictureBytes } from "../../../pictures/read-picture.js";
import { estimateBody, overview, pictureSettings } from "../../library-schemas.js";
import { failure, locateResult } from "../../schemas.js";
import { densityHeader, streamAnswer, zipped } from "../locate.js";
import { type AddRoutes, asked, askedFor, body, failures, json, params, path, picturePath, stateOf } from "./shared.js";

/** Of its file, as it was scanned. */
const pictureBytes = (library: Library, id: number): number =>
  library.row<{ size: number }>("SELECT size FROM pictures WHERE id = ?", id)?.size ?? 0;

export const addEstimates: AddRoutes = (app, context) => {
  const { library, jobs, engine, densities, models, limits } = context;

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
      const watch = c.req.header("accept")?.includes("text/event-stream") ?? false;
      const giveBack = engine.reserve(pictureBytes(library, id));
      try {
        const work = await pictureJob(id, c.req.valid("query"), watch);
        if (watch) return streamAnswer(c, context, (call) => located(id, work, call).finally(giveBack)) as never;
        const answer = await located(id, work, { signal: c.req.raw.signal });
        c.header(densityHeader, densities.keep(answer));
        giveBack();
        return c.json(answer.result, 200);
      } catch (e) {
        giveBack();
        throw e;
      }
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
      const giveBack = engine.reserve(pictureBytes(library, id));
      try {
        const work = await pictureJob(id, settings, false);
        const answer = await engine.locate(work, { signal: c.req.raw.signal });
        return zipped(c, { ...settings, model: models.named(settings.model).entry.id }, work, answer) as never;
      } finally {
        giveBack();
      }
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
    async (c) => {
      const { model: named, seed, guidance, prior, ...options } = c.req.valid("json");
      const { model, encoder } = models.named(named);
      if (prior !== undefined)
        await namedPrior(prior).catch((e: Error) => {
          throw askedFor(e);
        });
      const settings = { model, encoder, seed, guidance, prior };
      asked(() => jobs.estimate((signal) => locateWith(engine, settings, { signal }), options));
      return c.json(stateOf(context), 202);
    },
  );
};
