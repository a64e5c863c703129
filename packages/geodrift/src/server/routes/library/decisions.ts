/** What people say of pictures, tracks that they have, sidecars and exports that come of it. */

import { createRoute, z } from "@hono/zod-openapi";
import { decodeText } from "../../../files/text.js";
import { decisions, outcome } from "../../../library/contract.js";
import { decideAndTidy, undo } from "../../../library/decisions.js";
import { exportedPictures } from "../../../library/export/exported.js";
import { exportFormats } from "../../../library/export/formats.js";
import { readGpxAside } from "../../../library/tracks.js";
import { writeSidecars } from "../../../library/write-sidecars.js";
import { needs } from "../../guard.js";
import { decisionBody, exportQuery, undoBody, writeBody } from "../../library-queries.js";
import { router } from "../../router.js";
import { body, json } from "../../schemas.js";
import { readUpload } from "../../upload.js";
import { failures, type LibraryContext, path } from "./shared.js";

/** Most bytes of a track. */
const maxTrackBytes = 8 * 2 ** 20;

/** Routes of a library's decisions, sidecars, tracks (GPX, at most 8 MiB) and exports. */
export function decisionRoutes(context: LibraryContext) {
  const { library, log } = context;

  return router()
    .openapi(
      createRoute({
        method: "post",
        path: `${path}/decisions`,
        middleware: needs("reviewer"),
        summary: "Accept, reject, or say that it shows no place; of one picture or many, all or none",
        request: { body: body(decisionBody) },
        responses: {
          200: json(decisions, "what has been said, and what is left of what was said before"),
          ...failures,
        },
      }),
      async (c) => {
        const { pictures, verdict, seen } = c.req.valid("json");
        return c.json(await decideAndTidy(library, pictures, verdict, { by: c.var.person, seen }), 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: `${path}/undo`,
        middleware: needs("reviewer"),
        summary:
          "Take back what whoever asks said last, or, for owners, what anybody did; sidecars become what they were",
        request: { body: body(undoBody) },
        responses: { 200: json(z.array(outcome), "the pictures, and what could not be taken back"), ...failures },
      }),
      async (c) => c.json(await undo(library, c.req.valid("json").batch, c.var.person), 200),
    )
    .openapi(
      createRoute({
        method: "post",
        path: `${path}/write`,
        middleware: needs("reviewer"),
        summary: "Write sidecars for accepted pictures: all, or those named",
        request: { body: body(writeBody) },
        responses: { 200: json(z.array(outcome), "sidecars, and what could not be written"), ...failures },
      }),
      async (c) => {
        const { pictures, ...how } = c.req.valid("json");
        const done = await writeSidecars(library, pictures ?? (await library.store.pictures.inState("accepted")), how);
        log("written", { sidecars: done.filter((o) => o.sidecar).length, failed: done.filter((o) => o.error).length });
        return c.json(done, 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: `${path}/tracks`,
        middleware: needs("reviewer"),
        summary: "Take in a GPX track",
        request: {
          query: z.object({ name: z.string().max(300).default("track.gpx") }),
          body: { content: { "application/gpx+xml": { schema: z.string() } }, required: true },
        },
        responses: { 200: json(z.object({ points: z.number() }), "points with a time"), ...failures },
      }),
      async (c) => {
        const bytes = await readUpload(c.req.raw, maxTrackBytes, { what: "a track" });
        const points = await readGpxAside(decodeText(bytes));
        await library.store.tracks.keep(c.req.valid("query").name, points);
        return c.json({ points: points.length }, 200);
      },
    )
    .openapi(
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
      async (c) => {
        const { format, obscure } = c.req.valid("query");
        const ending = format === "dwc" ? "dwc.csv" : format;
        return c.body(exportFormats[format](await exportedPictures(library, { obscure })), 200, {
          "content-type": "text/plain; charset=utf-8",
          "content-disposition": `attachment; filename="pictures.${ending}"`,
        }) as never;
      },
    );
}
