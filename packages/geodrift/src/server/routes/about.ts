/** What the server is and offers, for programs. */

import { createRoute, z } from "@hono/zod-openapi";
import type { ServerContext } from "../context.js";
import { router } from "../router.js";
import { health, json, modelEntry } from "../schemas.js";

const healthRoute = createRoute({
  method: "get",
  path: "/api/health",
  summary: "Is the server well",
  responses: { 200: json(health, "how much runs and waits") },
});

const modelsRoute = createRoute({
  method: "get",
  path: "/api/models",
  summary: "The models that can be asked; the first is the default",
  responses: { 200: json(z.array(modelEntry), "models") },
});

/** GET /api/health and /api/models. */
export const aboutRoutes = (
  { engine, models }: ServerContext,
  { version, ...has }: { version: string; library: boolean; detail: boolean },
) =>
  router()
    .openapi(healthRoute, (c) => {
      const { running, waiting, most } = engine.load;
      return c.json({ status: "ok" as const, version, running, waiting, mostWaiting: most, ...has }, 200);
    })
    .openapi(modelsRoute, (c) => c.json(models.entries, 200));
