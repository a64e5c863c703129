/** The archive's day over HTTP: pictures, estimates, decisions, sidecars. */
import { router } from "../router.js";
import { decisionRoutes } from "./library/decisions.js";
import { estimateRoutes } from "./library/estimates.js";
import { eventRoutes } from "./library/events.js";
import { folderRoutes } from "./library/folders.js";
import { pictureRoutes } from "./library/pictures.js";
import type { LibraryContext } from "./library/shared.js";
import { surveyRoutes } from "./library/surveys.js";

/** All routes under /api/library. */
export const libraryRoutes = (context: LibraryContext) =>
  router()
    .route("/", folderRoutes(context))
    .route("/", pictureRoutes(context))
    .route("/", surveyRoutes(context))
    .route("/", estimateRoutes(context))
    .route("/", decisionRoutes(context))
    .route("/", eventRoutes(context));
