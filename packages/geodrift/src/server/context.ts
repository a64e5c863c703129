/** What every route works with. */
import type { Engine } from "../engine/engine.js";
import type { PictureReader } from "../pictures/picture-tasks.js";
import type { Densities } from "./densities.js";
import type { Log } from "./log.js";
import type { Models } from "./models.js";

/** What an upload may have. */
export interface Limits {
  /** Most bytes of an upload. */
  bytes: number;
  /** Most pixels of a picture. */
  pixels: number;
}

/** What every route works with. */
export interface ServerContext {
  engine: Engine;
  models: Models;
  densities: Densities;
  limits: Limits;
  /** Who reads pictures that are only shown; those that are located are read by the engine's own. */
  pictures: PictureReader;
  log: Log;
  /** Are models fetched for whoever asks? Who may be asked from other machines, itself or by a proxy, fetches nothing for them. */
  fetches: boolean;
  /** Is there an archive? */
  library: boolean;
  /** Aborted when the server stops: whoever listens to events, or waits for a model to be fetched, is let go. */
  ending: AbortSignal;
}
