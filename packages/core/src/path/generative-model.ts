import type { Parameters } from "../net/parameters.js";
import type { VelocityConfig } from "../net/velocity.js";
import type { Schedule } from "../schedule/schedules.js";
import type { Path } from "./path.js";

/** A trained flow or diffusion: the network, and what it was trained to predict. */
export interface GenerativeModel {
  /** Sizes of the network. */
  config: VelocityConfig;
  /** Weights of the network, of `velocityShapes`. */
  params: Parameters;
  /** How its training carried noise to data. */
  path: Path;
  /** γ(t) by which it is solved. */
  schedule: Schedule;
}
