/** Questions to the density of an answer: its outlines, its value at a place, its picture on a map, all of it. */

import { densityColours, densityTile, distributionTensors, peakLogDensity, writeSafetensors } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { createRoute, z } from "@hono/zod-openapi";
import sharp from "sharp";
import type { EngineAnswer } from "../../engine/engine.js";
import { toGeoJson } from "../../figures/geojson.js";
import type { ServerContext } from "../context.js";
import { router } from "../router.js";
import { densityAt, file, json, placeQuery, refusals, wholeNumber } from "../schemas.js";

const id = z.string().describe("from the answer that it belongs to");
const path = "/api/density/{id}";

const outlines = createRoute({
  method: "get",
  path,
  summary: "The density of an answer as GeoJSON",
  request: { params: z.object({ id }) },
  responses: {
    200: {
      description: "as POST /api/density",
      content: { "application/geo+json": { schema: z.object({ type: z.literal("FeatureCollection") }) } },
    },
    ...refusals.unknown,
  },
});

const value = createRoute({
  method: "get",
  path: `${path}/at`,
  summary: "How likely is it here?",
  request: { params: z.object({ id }), query: placeQuery },
  responses: {
    200: json(densityAt, "the density at the place"),
    ...refusals.unknown,
  },
});

const tile = createRoute({
  method: "get",
  path: `${path}/tiles/{z}/{x}/{y}`,
  summary: "A raster tile (PNG, 256 pixels, web Mercator)",
  request: {
    params: z.object({
      id,
      z: wholeNumber(0, 24),
      x: wholeNumber(0, 2 ** 24),
      y: wholeNumber(0, 2 ** 24),
    }),
  },
  responses: {
    200: file("image/png", "the tile"),
    ...refusals.unknown,
  },
});

const tensors = createRoute({
  method: "get",
  path: `${path}/tensors`,
  summary: "The whole density (safetensors): mesh, masses, log densities, samples",
  request: { params: z.object({ id }) },
  responses: {
    200: file(
      "application/octet-stream",
      "vertices [n, 3], triangles [m, 3], masses, areas, vertexLogDensities; samples [k, 3]; conformal [101], the masses of the regions that hold 0 to 100 %, where the model says",
    ),
    ...refusals.unknown,
  },
});

const tileSize = 256;

/** Routes under /api/density/{id}: GeoJSON, the density at a place, raster tiles of 256 pixels, and safetensors. */
export function densityRoutes({ densities }: ServerContext) {
  const find = (name: string): EngineAnswer => {
    const answer = densities.get(name);
    if (!answer) throw new GeodriftError("not-found", "no such density: the server keeps those of its last answers");
    return answer;
  };

  return router()
    .openapi(outlines, (c) => {
      const body = JSON.stringify(toGeoJson(find(c.req.valid("param").id)));
      return c.body(body, 200, { "content-type": "application/geo+json" }) as never;
    })
    .openapi(value, (c) => {
      const { distribution } = find(c.req.valid("param").id);
      const place = c.req.valid("query");
      const logProbNats = distribution.logProbNats(place);
      const timesUniform = Math.exp(logProbNats) * 4 * Math.PI;
      // JSON has no −∞: a prior may have ruled the place out.
      const finite = Number.isFinite(logProbNats) ? logProbNats : -Number.MAX_VALUE;
      return c.json({ logProbNats: finite, timesUniform, credibleLevel: distribution.credibleLevel(place) }, 200);
    })
    .openapi(tile, async (c) => {
      const { id: name, ...address } = c.req.valid("param");
      const { distribution } = find(name);
      const values = densityTile(distribution, address, tileSize);
      const raw = { width: tileSize, height: tileSize, channels: 4 } as const;
      const png = await sharp(densityColours(values, peakLogDensity(distribution)), { raw })
        .png()
        .toBuffer();
      return c.body(new Uint8Array(png), 200, {
        "content-type": "image/png",
        "cache-control": "private, max-age=3600",
      }) as never;
    })
    .openapi(tensors, (c) => {
      const { distribution, samples } = find(c.req.valid("param").id);
      const file = writeSafetensors({ tensors: distributionTensors(distribution, samples), metadata: {} });
      return c.body(new Uint8Array(file), 200, { "content-type": "application/octet-stream" }) as never;
    });
}
