/** What people say of pictures, tracks that they have, sidecars and exports that come of it. */
import { createRoute, z } from "@hono/zod-openapi";
import { decideAndTidy, undo } from "../../../library/decisions.js";
import { exportedPictures } from "../../../library/export/exported.js";
import { exportFormats } from "../../../library/export/formats.js";
import { keepTrack, readGpxAside } from "../../../library/tracks.js";
import { writeSidecars } from "../../../library/write-sidecars.js";
import { decisionBody, exportQuery, outcomes, undoBody, writeBody } from "../../library-schemas.js";
import { readUpload } from "../../upload.js";
import { type AddRoutes, askedFor, body, failures, json, path } from "./shared.js";

/** Most bytes of a track. */
const mostTrackBytes = 8 * 2 ** 20;

export const addDecisions: AddRoutes = (app, context) => {
  const { library, log } = context;

  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/decisions`,
      summary: "Accept, reject, or say that it shows no place; of one picture or many, all or none",
      request: { body: body(decisionBody) },
      responses: {
        200: json(
          z.object({ batch: z.number(), left: outcomes }),
          "the number under which it can be taken back, and sidecars that could not be taken away",
        ),
        ...failures,
      },
    }),
    async (c) => {
      const { pictures, verdict } = c.req.valid("json");
      const decided = await decideAndTidy(library, pictures, verdict).catch((e: Error) => {
        throw askedFor(e);
      });
      return c.json(decided, 200);
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
      path: `${path}/tracks`,
      summary: "Take in a GPX track",
      request: {
        query: z.object({ name: z.string().max(300).default("track.gpx") }),
        body: { content: { "application/gpx+xml": { schema: z.string() } }, required: true },
      },
      responses: { 200: json(z.object({ points: z.number() }), "points with a time"), ...failures },
    }),
    async (c) => {
      const bytes = await readUpload(c.req.raw, mostTrackBytes, "a track");
      const points = await readGpxAside(new TextDecoder().decode(bytes)).catch((e: Error) => {
        throw askedFor(e);
      });
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
};
