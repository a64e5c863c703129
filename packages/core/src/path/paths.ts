/** The three methods by name. */
import { diffusion } from "./diffusion.js";
import { flow } from "./flow.js";
import type { Path, PathName } from "./path.js";
import { riemannianFlow } from "./riemannian-flow.js";

/** The three methods by name. */
export const paths: Record<PathName, Path> = {
  "riemannian-flow": riemannianFlow,
  flow,
  diffusion,
};

export type { GenerativeModel } from "./generative-model.js";
export type { Path, PathName };
export { diffusion, flow, riemannianFlow };
