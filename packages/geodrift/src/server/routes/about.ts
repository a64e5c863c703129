/** What the server is and offers, for programs and for people. */
import { createRoute, z } from "@hono/zod-openapi";
import { apiPage, type OpenApiDocument } from "../api-page.js";
import type { App, ServerContext } from "../context.js";
import { modelEntry } from "../schemas.js";

const health = createRoute({
  method: "get",
  path: "/api/health",
  summary: "Is the server well",
  responses: {
    200: {
      description: "how much runs and waits",
      content: {
        "application/json": {
          schema: z.object({
            status: z.literal("ok"),
            version: z.string(),
            running: z.number(),
            waiting: z.number(),
            mostWaiting: z.number(),
            library: z.boolean().openapi({ description: "is there an archive?" }),
            detail: z.boolean().openapi({ description: "is there a map with more detail, /map/detail.pmtiles?" }),
          }),
        },
      },
    },
  },
});

const models = createRoute({
  method: "get",
  path: "/api/models",
  summary: "The models that can be asked; the first is the default",
  responses: {
    200: { description: "models", content: { "application/json": { schema: z.array(modelEntry) } } },
  },
});

export function addAbout(
  app: App,
  { engine, models: offered }: ServerContext,
  { version, ...has }: { version: string; library: boolean; detail: boolean },
): void {
  app.openapi(health, (c) => {
    const { running, waiting, most } = engine.load;
    return c.json({ status: "ok" as const, version, running, waiting, mostWaiting: most, ...has }, 200);
  });
  app.openapi(models, (c) => c.json(offered.entries, 200));
  const about = {
    openapi: "3.1.0",
    info: { title: "geodrift", version, description: "Where on Earth was this image taken?" },
  };
  app.doc31("/api/openapi.json", about);
  app.get("/api", (c) => c.html(apiPage(app.getOpenAPI31Document(about) as unknown as OpenApiDocument)));
}
