/** All routes behind the guard, and what an error becomes. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { secureHeaders } from "hono/secure-headers";
import { apiStyle } from "./api-page.js";
import type { App, ServerContext } from "./context.js";
import { toFailure } from "./failure.js";
import { type GuardOptions, guard } from "./guard.js";
import { requestLog } from "./log.js";
import { oneFile, pageFiles } from "./page-files.js";
import { addAbout } from "./routes/about.js";
import { addDensity } from "./routes/density.js";
import { addImagine, type ServedImages } from "./routes/imagine.js";
import { addLocate } from "./routes/locate.js";

export interface AppOptions extends GuardOptions {
  version: string;
  /** A PMTiles file of raster tiles, more detailed than the page's own map. */
  detail?: string;
  /** The model that makes pictures. */
  images: ServedImages;
  /** Adds what belongs to a library, if there is one. */
  addLibrary?: (app: App) => void;
}

/** Everything from here, nothing from elsewhere; pictures that the page itself has made are blobs. */
const policy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", "blob:", "data:"],
  connectSrc: ["'self'"],
  workerSrc: ["'self'"],
  manifestSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

export function serverApp(
  context: ServerContext,
  { version, detail, images, addLibrary, ...guarded }: AppOptions,
): App {
  const app = new OpenAPIHono({
    defaultHook: (result, c) => {
      if (result.success) return undefined;
      const [issue] = result.error.issues;
      const key = issue.path.join(".");
      const rule = issue.message.replace(/^(Invalid input|Too small|Too big): /, "");
      return c.json({ error: key ? `"${key}": ${rule}` : rule }, 400);
    },
  });
  app.use(requestLog(context.log));
  app.use(
    secureHeaders({
      contentSecurityPolicy: policy,
      crossOriginOpenerPolicy: "same-origin",
      crossOriginResourcePolicy: "same-origin",
      referrerPolicy: "no-referrer",
      // Plain HTTP on a person's own machine: there is nothing stricter to come back to.
      strictTransportSecurity: false,
    }),
  );
  app.use(guard(guarded));
  app.use("/api/*", async (c, next) => {
    await next();
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
  });
  app.onError((e, c) => {
    if (c.req.raw.signal.aborted) return c.body(null, 400);
    const { status, error, headers } = toFailure(e, context.log, c.req.path);
    return c.json({ error }, status, headers);
  });
  app.notFound((c) => c.json({ error: "there is nothing under this address" }, 404));
  addLocate(app, context);
  addDensity(app, context);
  addImagine(app, context, images);
  addLibrary?.(app);
  addAbout(app, context, { version, library: addLibrary !== undefined, detail: detail !== undefined });
  app.get("/api.css", (c) => c.body(apiStyle, 200, { "content-type": "text/css" }));
  if (detail !== undefined) app.get("/map/detail.pmtiles", oneFile(detail));
  app.get("*", pageFiles());
  return app;
}
