/** Folders, and what the library is busy with. */

import { createRoute, z } from "@hono/zod-openapi";
import { album, diskFolder as diskFolderSchema } from "../../../library/contract.js";
import { diskFolder } from "../../../library/disk-folder.js";
import { folderPath } from "../../../library/scan.js";
import { refused } from "../../failure.js";
import { askedHere, isLoopback, needs } from "../../guard.js";
import { diskQuery, folderBody, libraryState } from "../../library-queries.js";
import { router } from "../../router.js";
import { body, failure, json } from "../../schemas.js";
import { failures, type LibraryContext, path, stateOf } from "./shared.js";

const notFromElsewhere = 'folders are added on the machine itself: "geodrift library add FOLDER"';

/** Routes of a library's folders and of what it is busy with. */
export function folderRoutes(context: LibraryContext) {
  const { library, jobs, host } = context;

  return router()
    .openapi(
      createRoute({
        method: "get",
        path,
        summary: "What the library holds",
        responses: { 200: json(libraryState, "counts, folders, and what it is busy with") },
      }),
      async (c) => c.json(await stateOf(context, c), 200),
    )
    .openapi(
      createRoute({
        method: "post",
        path: `${path}/folders`,
        middleware: needs("owner"),
        summary: "Take a folder of this machine in; answered on the machine itself alone",
        request: { body: body(folderBody) },
        responses: {
          202: json(libraryState, "the scan has begun"),
          ...failures,
          403: json(failure, "not from elsewhere"),
        },
      }),
      async (c) => {
        if (!isLoopback(host)) throw refused(403, notFromElsewhere);
        const { path: named } = c.req.valid("json");
        await folderPath(named);
        jobs.scan([named]);
        return c.json(await stateOf(context, c), 202);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: `${path}/disk`,
        middleware: needs("owner"),
        summary: "A folder of this machine, to choose from; answered on the machine itself alone",
        request: { query: diskQuery },
        responses: {
          200: json(diskFolderSchema, "the folder, with those in it"),
          ...failures,
          403: json(failure, "not from elsewhere"),
        },
      }),
      async (c) => {
        if (!askedHere(host, c.req.header("host"))) throw refused(403, notFromElsewhere);
        return c.json(await diskFolder(c.req.valid("query").path), 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: `${path}/scan`,
        middleware: needs("owner"),
        summary: "Look at all folders again",
        responses: { 202: json(libraryState, "the scan has begun"), ...failures },
      }),
      async (c) => {
        jobs.scan((await library.store.folders.all()).map((f) => f.path));
        return c.json(await stateOf(context, c), 202);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: `${path}/albums`,
        summary: "Folders within the folders",
        responses: {
          200: json(z.array(album), "with their pictures"),
        },
      }),
      async (c) => c.json(await library.store.pictures.albums(), 200),
    )
    .openapi(
      createRoute({
        method: "delete",
        path: `${path}/job`,
        middleware: needs("reviewer"),
        summary: "Stop what it is busy with",
        responses: { 200: json(libraryState, "it has stopped") },
      }),
      async (c) => {
        await jobs.stop();
        return c.json(await stateOf(context, c), 200);
      },
    );
}
