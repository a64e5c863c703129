/** What pictures are evaluated with. */
import type { Guidance } from "@geodrift/core";
import type { EarthSource } from "../../earth/captioned-views.js";
import type { TrainingViews } from "../../imagine/training-views.js";
import type { LoadedImageModel } from "../../models/image-model.js";
import type { LoadedModel } from "../../models/load.js";
import type { Scorer } from "../../models/scorer-model.js";

export interface ImagesEvaluationOptions {
  /** Views of every set. */
  n: number;
  /** Pictures of every cell of the guidance surface, and of every way to solve; 0 for neither. */
  ablations: number;
  size: number;
  seed: number;
  steps: number;
  solver: string;
  guidance: Guidance;
}

/** What the rows are made with. */
export interface Means {
  model: LoadedImageModel;
  /** Others, held against real views of known places in a table of their own. */
  beside: readonly LoadedImageModel[];
  judge: Scorer;
  locator: LoadedModel;
  /** With all months. */
  source: EarthSource;
  training: TrainingViews;
  /** A step of the work is done: so much of it, in pictures. */
  advance(pictures: number): void;
}
