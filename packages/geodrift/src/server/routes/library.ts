/** The archive's day over HTTP: pictures, estimates, decisions, sidecars. */
import { addDecisions } from "./library/decisions.js";
import { addEstimates } from "./library/estimates.js";
import { addFolders } from "./library/folders.js";
import { addPictures } from "./library/pictures.js";
import type { AddRoutes } from "./library/shared.js";

export const addLibrary: AddRoutes = (app, context) => {
  for (const add of [addFolders, addPictures, addEstimates, addDecisions]) add(app, context);
};
