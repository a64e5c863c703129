/** What every route works with. */
import type { Engine } from "../engine/engine.js";
import type { Densities } from "./densities.js";
import type { Log } from "./log.js";
import type { Models } from "./models.js";

export interface Limits {
  /** Of an upload. */
  bytes: number;
  pixels: number;
}

export interface ServerContext {
  engine: Engine;
  models: Models;
  densities: Densities;
  limits: Limits;
  log: Log;
  /** Is there an archive? */
  library: boolean;
}
