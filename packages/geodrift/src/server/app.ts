/** All routes behind the guard, and what an error becomes. */
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { secureHeaders } from "hono/secure-headers";
import { apiPage, apiStyle, type OpenApiDocument, withRefusals } from "./api-page.js";
import { apiScript } from "./api-script.js";
import type { ServerContext } from "./context.js";
import { refused, toRefusal } from "./failure.js";
import { type GuardOptions, guard } from "./guard.js";
import { requestLog } from "./log.js";
import { oneFile, pageFiles } from "./page-files.js";
import { router } from "./router.js";
import { aboutRoutes } from "./routes/about.js";
import { densityRoutes } from "./routes/density.js";
import { imagineRoutes, type ServedImages } from "./routes/imagine.js";
import type { LibraryContext } from "./routes/library/shared.js";
import { libraryRoutes } from "./routes/library.js";
import { liftRoutes } from "./routes/lift.js";
import { locateRoutes } from "./routes/locate.js";
import { modelRoutes } from "./routes/models.js";

/** What the application is made of besides its context. */
export interface AppOptions extends GuardOptions {
  version: string;
  /** A PMTiles file of raster tiles, more detailed than the page's own map. */
  detail?: string;
  /** The model that makes pictures. */
  images: ServedImages;
  /** What belongs to a library, if there is one. */
  library?: LibraryContext;
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

/** Of a body that is JSON: numbers of 100,000 pictures take less than one. */
const maxJsonBytes = 4 * 2 ** 20;

/** The whole interface, and nothing around it: what the page's client takes its types from. */
const apiRoutes = (context: ServerContext, images: ServedImages, about: { version: string; detail: boolean }) =>
  router()
    .route("/", locateRoutes(context))
    .route("/", densityRoutes(context))
    .route("/", imagineRoutes(context, images))
    .route("/", liftRoutes(context, images))
    .route("/", modelRoutes(context))
    .route("/", aboutRoutes(context, { ...about, library: context.library }));

/** The types of all requests and answers: for `hc` of hono/client. */
export type Api = ReturnType<typeof apiRoutes>;

/** The types of all requests and answers of a library, likewise. */
export type LibraryApi = ReturnType<typeof libraryRoutes>;

/** The application that answers requests. */
export function serverApp(context: ServerContext, { version, detail, images, library, ...guarded }: AppOptions) {
  const app = router();
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
  const json = bodyLimit({
    maxSize: maxJsonBytes,
    onError: () => {
      throw refused(413, `a request in JSON has at most ${maxJsonBytes / 2 ** 20} MiB here`);
    },
  });
  // Not events, whose pieces would wait for each other, nor pictures and archives; the page's files are compressed as they are.
  app.use("/api/*", compress());
  app.use("/api/*", (c, next) =>
    c.req.header("content-type")?.startsWith("application/json") ? json(c, next) : next(),
  );
  app.use("/api/*", async (c, next) => {
    await next();
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
  });
  app.onError((e, c) => {
    if (c.req.raw.signal.aborted) return c.body(null, 400);
    const { status, body, headers } = toRefusal(e, context.log, c.req.path);
    return c.json(body, status, headers);
  });
  app.notFound((c) => c.json({ error: "there is nothing under this address", code: "not-found" }, 404));
  app.route("/", apiRoutes(context, images, { version, detail: detail !== undefined }));
  if (library) app.route("/", libraryRoutes(library));
  const about = {
    openapi: "3.1.0",
    info: { title: "geodrift", version, description: "Where on Earth was this image taken?" },
  };
  const document = () => app.getOpenAPI31Document(about) as unknown as OpenApiDocument;
  app.get("/api/openapi.json", (c) => c.json(withRefusals(document())));
  app.get("/api", (c) => c.html(apiPage(document(), new URL(c.req.url).origin)));
  app.get("/api.js", (c) => c.body(apiScript, 200, { "content-type": "text/javascript" }));
  app.get("/api.css", (c) => c.body(apiStyle, 200, { "content-type": "text/css" }));
  if (detail !== undefined) app.get("/map/detail.pmtiles", oneFile(detail));
  app.get("*", pageFiles());
  return app;
}
