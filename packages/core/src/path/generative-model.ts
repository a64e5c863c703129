import type { Parameters } from "../net/parameters.js";
import type { VelocityConfig } from "../net/velocity.js";
import type { Schedule } from "../schedule/schedules.js";
import type { Path } from "./path.js";

/** A trained flow or diffusion: the network, and what it was trained to predict. */
export interface GenerativeModel {
  config: VelocityConfig;
  params: Parameters;
  path: Path;
  schedule: Schedule;
}
