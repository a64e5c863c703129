/** What a model says of pictures of the library. */

import { createRoute, type z } from "@hono/zod-openapi";
import type { EngineAnswer, LocateCall } from "../../../engine/engine.js";
import type { LocateJob } from "../../../engine/engine-messages.js";
import { keepAnswer } from "../../../library/estimates.js";
import { type KnownPlaces, knownPlaces as placesKnown } from "../../../library/known-places.js";
import { locateWith } from "../../../library/locate-picture.js";
import { checkedPictureFile } from "../../../library/paths.js";
import { locateResult } from "../../../locate/contract.js";
import { namedPriors } from "../../../locate/named-prior.js";
import { maxPixels } from "../../../pictures/read-picture.js";
import { needs } from "../../guard.js";
import { estimateBody, libraryState, pictureSettings } from "../../library-queries.js";
import { router } from "../../router.js";
import { body, file, json, refusals } from "../../schemas.js";
import { densityHeader, followed, streamAnswer, zipped } from "../locate.js";
import { failures, type LibraryContext, params, path, picturePath, stateOf } from "./shared.js";

/** Routes that locate pictures of a library, one or all, and give evidence for an answer. */
export function estimateRoutes(context: LibraryContext) {
  const { library, jobs, engine, densities, models, limits } = context;

  /** One of its pictures as a job, with what is known about it. */
  async function pictureJob(id: number, settings: z.infer<typeof pictureSettings>, watch: boolean): Promise<LocateJob> {
    const { model: named, name: _, prior, region, timeNeighbours, album, track, clockMinutes, ...options } = settings;
    const { model, encoder } = models.named(named);
    const picture = await checkedPictureFile(library, id);
    const neighbours: KnownPlaces[] = await placesKnown(library, id, { timeNeighbours, album, track, clockMinutes });
    const { path: image } = await library.store.pictures.get(id);
    return {
      model,
      encoder,
      image,
      picture,
      maxPixels: Math.max(maxPixels, limits.pixels),
      options,
      prior,
      region,
      neighbours,
      watch,
    };
  }

  async function located(id: number, work: LocateJob, call: LocateCall): Promise<EngineAnswer> {
    const answer = await engine.locate(work, call);
    await keepAnswer(library, id, answer);
    return answer;
  }

  return router()
    .openapi(
      createRoute({
        method: "post",
        path: `${picturePath}/locate`,
        middleware: needs("reviewer"),
        summary: "Locate a picture of the library, with what is known besides",
        description: "As POST /api/locate; the answer is kept as the picture's estimate.",
        request: { params, query: pictureSettings },
        responses: {
          200: followed(locateResult, "the answer"),
          ...failures,
          ...refusals.busy,
        },
      }),
      async (c) => {
        const { id } = c.req.valid("param");
        const watch = c.req.header("accept")?.includes("text/event-stream") ?? false;
        const { size } = await library.store.pictures.get(id);
        const { hold, giveBack } = engine.reserve(size);
        try {
          hold(size);
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
    )
    .openapi(
      createRoute({
        method: "get",
        path: `${picturePath}/evidence`,
        summary: "A zip for whoever is to check the answer",
        request: { params, query: pictureSettings },
        responses: {
          200: file("application/zip", "hashes, settings, density, map, what was ruled out"),
          ...failures,
        },
      }),
      async (c) => {
        const { id } = c.req.valid("param");
        const settings = { ...c.req.valid("query"), fine: true };
        const { size } = await library.store.pictures.get(id);
        const { hold, giveBack } = engine.reserve(size);
        try {
          hold(size);
          const work = await pictureJob(id, settings, false);
          const answer = await engine.locate(work, { signal: c.req.raw.signal });
          return zipped(c, { ...settings, model: models.named(settings.model).entry.id }, work, answer) as never;
        } finally {
          giveBack();
        }
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: `${path}/estimate`,
        middleware: needs("reviewer"),
        summary: "Locate the whole queue in the background",
        request: { body: body(estimateBody) },
        responses: { 202: json(libraryState, "it has begun"), ...failures },
      }),
      async (c) => {
        const { model: named, seed, guidance, prior, ...options } = c.req.valid("json");
        const { model, encoder } = models.named(named);
        if (prior !== undefined) await namedPriors(prior);
        const settings = { model, encoder, seed, guidance, prior };
        jobs.estimate((signal) => locateWith(engine, settings, { signal }), options);
        return c.json(await stateOf(context, c), 202);
      },
    );
}
