/** Folders, and what the library is busy with. */
import { createRoute, z } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { albums, overview as overviewOf } from "../../../library/pictures.js";
import { folderPath } from "../../../library/scan.js";
import { isLoopback } from "../../guard.js";
import { folderBody, overview } from "../../library-schemas.js";
import { failure } from "../../schemas.js";
import { type AddRoutes, asked, askedFor, body, failures, json, path, stateOf } from "./shared.js";

export const addFolders: AddRoutes = (app, context) => {
  const { library, jobs, host } = context;

  app.openapi(
    createRoute({
      method: "get",
      path,
      summary: "What the library holds",
      responses: { 200: json(overview, "counts, folders, and what it is busy with") },
    }),
    (c) => c.json(stateOf(context), 200),
  );

  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/folders`,
      summary: "Take a folder of this machine in; answered on the machine itself alone",
      request: { body: body(folderBody) },
      responses: { 202: json(overview, "the scan has begun"), ...failures, 403: json(failure, "not from elsewhere") },
    }),
    async (c) => {
      if (!isLoopback(host))
        throw new HTTPException(403, {
          message: 'folders are added on the machine itself: "geodrift library add FOLDER"',
        });
      const { path: named } = c.req.valid("json");
      await folderPath(named).catch((e: Error) => {
        throw askedFor(e);
      });
      asked(() => jobs.scan([named]));
      return c.json(stateOf(context), 202);
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
      return c.json(stateOf(context), 202);
    },
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
      method: "delete",
      path: `${path}/job`,
      summary: "Stop what it is busy with",
      responses: { 200: json(overview, "it has stopped") },
    }),
    async (c) => {
      await jobs.stop();
      return c.json(stateOf(context), 200);
    },
  );
};
