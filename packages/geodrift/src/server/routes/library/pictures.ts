/** Pictures: lists, details, thumbnails, what is known about them. */
import { createRoute, z } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { knownPlaces as placesKnown } from "../../../library/known-places.js";
import { pictureDetail as detailOf, listPictures } from "../../../library/pictures.js";
import { thumbnail } from "../../../library/thumbnails.js";
import {
  knownPlaces,
  listedPicture,
  listQuery,
  pictureDetail,
  pictureSettings,
  thumbnailQuery,
} from "../../library-schemas.js";
import { type AddRoutes, asked, failures, json, params, path, picturePath } from "./shared.js";

export const addPictures: AddRoutes = (app, context) => {
  const { library } = context;

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
};
