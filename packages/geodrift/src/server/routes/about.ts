/** What the server is and offers, for programs. */

import { createRoute } from "@hono/zod-openapi";
import type { ServerContext } from "../context.js";
import { router } from "../router.js";
import { health, json } from "../schemas.js";

const healthRoute = createRoute({
  method: "get",
  path: "/api/health",
  summary: "Is the server well",
  responses: { 200: json(health, "how much runs and waits") },
});

/** GET /api/health. */
export const aboutRoutes = (
  { engine, fetches }: ServerContext,
  { version, ...has }: { version: string; library: boolean; detail: boolean },
) =>
  router().openapi(healthRoute, (c) => {
    const { running, waiting, most } = engine.load;
    return c.json({ status: "ok" as const, version, running, waiting, mostWaiting: most, fetches, ...has }, 200);
  });
