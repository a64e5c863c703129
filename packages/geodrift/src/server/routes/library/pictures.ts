/** Pictures: lists, details, thumbnails, what is known about them. */

import { createRoute, z } from "@hono/zod-openapi";
import { drawnTrack, knownPlaces, listedPicture, pictureDetail } from "../../../library/contract.js";
import { knownPlaces as placesKnown } from "../../../library/known-places.js";
import { pictureDetail as detailOf, listPictures } from "../../../library/pictures.js";
import { thumbnail } from "../../../library/thumbnails.js";
import { trackAround } from "../../../library/tracks.js";
import { listQuery, pictureSettings, thumbnailQuery, trackQuery } from "../../library-queries.js";
import { router } from "../../router.js";
import { file, json } from "../../schemas.js";
import { failures, type LibraryContext, params, path, picturePath } from "./shared.js";

/** Routes of a library's pictures: lists, details, thumbnails, known places. */
export function pictureRoutes(context: LibraryContext) {
  const { library } = context;

  return router()
    .openapi(
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
      async (c) => c.json(await listPictures(library, c.req.valid("query")), 200),
    )
    .openapi(
      createRoute({
        method: "get",
        path: picturePath,
        summary: "A picture, its estimate, what was decided",
        request: { params },
        responses: { 200: json(pictureDetail, "the picture"), ...failures },
      }),
      async (c) => c.json(await detailOf(library, c.req.valid("param").id), 200),
    )
    .openapi(
      createRoute({
        method: "get",
        path: `${picturePath}/thumbnail`,
        summary: "A small picture (WebP), without metadata",
        request: { params, query: thumbnailQuery },
        responses: {
          200: file("image/webp", "240 or 1280 pixels"),
          ...failures,
        },
      }),
      async (c) => {
        const bytes = await thumbnail(library, c.req.valid("param").id, c.req.valid("query").size, context.pictures);
        return c.body(new Uint8Array(bytes), 200, {
          "content-type": "image/webp",
          "cache-control": "private, max-age=600",
        }) as never;
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: `${picturePath}/known`,
        summary: "Places that bear on a picture: of the same time, the same folder, a track",
        request: { params, query: pictureSettings },
        responses: { 200: json(knownPlaces, "places, with the time between"), ...failures },
      }),
      async (c) => c.json(await placesKnown(library, c.req.valid("param").id, c.req.valid("query")), 200),
    )
    .openapi(
      createRoute({
        method: "get",
        path: `${picturePath}/track`,
        summary: "The tracks around the time of a picture, and where they were then",
        request: { params, query: trackQuery },
        responses: {
          200: json(drawnTrack, "12 hours before and after; nothing for a picture without a time"),
          ...failures,
        },
      }),
      async (c) => {
        const { takenAt, utcOffsetMinutes } = await library.store.pictures.get(c.req.valid("param").id);
        if (takenAt === null) return c.json({ lines: [], moment: null }, 200);
        const ahead = utcOffsetMinutes ?? c.req.valid("query").clockMinutes;
        return c.json(await trackAround(library, takenAt - 60_000 * ahead), 200);
      },
    );
}
