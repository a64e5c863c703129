/** An archive as a whole: all its pictures on a map, in a calendar, in a grid; those that it has more than once. */

import { createRoute, z } from "@hono/zod-openapi";
import {
  cameras,
  days,
  duplicates as duplicatesSchema,
  listedPicture,
  picturePlaces,
} from "../../../library/contract.js";
import { duplicates } from "../../../library/duplicates.js";
import { listedOf } from "../../../library/pictures.js";
import { pictureDays, picturesInOrder, picturePlaces as placesOf } from "../../../library/surveys.js";
import { needs } from "../../guard.js";
import { duplicatesQuery, libraryState, severalQuery, surveyQuery } from "../../library-queries.js";
import { router } from "../../router.js";
import { json } from "../../schemas.js";
import { failures, type LibraryContext, path, stateOf } from "./shared.js";

/** Routes of a library as a whole. */
export function surveyRoutes(context: LibraryContext) {
  const { library, jobs } = context;

  return router()
    .openapi(
      createRoute({
        method: "get",
        path: `${path}/ids`,
        summary: "Numbers of all pictures that are meant, in order",
        request: { query: surveyQuery },
        responses: { 200: json(z.object({ ids: z.array(z.number()) }), "their numbers"), ...failures },
      }),
      async (c) => c.json({ ids: (await picturesInOrder(library, c.req.valid("query"))).map(({ id }) => id) }, 200),
    )
    .openapi(
      createRoute({
        method: "get",
        path: `${path}/several`,
        summary: "Some pictures by their numbers",
        request: { query: severalQuery },
        responses: { 200: json(z.array(listedPicture), "those that are there, in that order"), ...failures },
      }),
      async (c) => c.json((await library.store.lists.several(c.req.valid("query").ids)).map(listedOf), 200),
    )
    .openapi(
      createRoute({
        method: "get",
        path: `${path}/places`,
        summary: "Where all pictures stand that are meant, and who says so",
        request: { query: surveyQuery },
        responses: { 200: json(picturePlaces, "their places"), ...failures },
      }),
      async (c) => c.json(await placesOf(library, c.req.valid("query")), 200),
    )
    .openapi(
      createRoute({
        method: "get",
        path: `${path}/days`,
        summary: "How many pictures were taken on which day",
        request: { query: surveyQuery },
        responses: { 200: json(days, "days with pictures"), ...failures },
      }),
      async (c) => c.json(await pictureDays(library, c.req.valid("query")), 200),
    )
    .openapi(
      createRoute({
        method: "get",
        path: `${path}/cameras`,
        summary: "Cameras with their pictures",
        responses: { 200: json(cameras, "500 at most, those with most pictures first") },
      }),
      async (c) => c.json(await library.store.surveys.cameras(), 200),
    )
    .openapi(
      createRoute({
        method: "get",
        path: `${path}/duplicates`,
        summary: "Pictures with the same bytes, or that look alike",
        request: { query: duplicatesQuery },
        responses: { 200: json(duplicatesSchema, "groups of them"), ...failures },
      }),
      async (c) => c.json(await duplicates(library, c.req.valid("query")), 200),
    )
    .openapi(
      createRoute({
        method: "post",
        path: `${path}/looks`,
        middleware: needs("reviewer"),
        summary: "Look at all pictures in the background, for those that look alike",
        responses: { 202: json(libraryState, "it has begun"), ...failures },
      }),
      async (c) => {
        jobs.looks(context.pictures);
        return c.json(await stateOf(context, c), 202);
      },
    );
}
