/** What pictures are evaluated with. */
import type { Guidance } from "@geodrift/core";
import type { EarthSource } from "../../earth/captioned-views.js";
import type { TrainingViews } from "../../imagine/training-views.js";
import type { LoadedImageModel } from "../../models/image-model.js";
import type { LoadedModel } from "../../models/load.js";
import type { Scorer } from "../../models/scorer-model.js";

/** How a model of pictures is evaluated. */
export interface ImagesEvaluationOptions {
  /** Targets of every set. */
  n: number;
  /** Pictures of every cell of the guidance surface, and of every way to solve; 0 for neither. */
  ablations: number;
  /** Pixels along a side. */
  size: number;
  /** Of the targets and of the noise. */
  seed: number;
  /** Steps of the solver. */
  steps: number;
  /** A name of `imageSolvers`. */
  solver: string;
  /** Scales ω of the guidance by words and by the place. */
  guidance: Guidance;
}

/** The models and rasters that the evaluation uses. */
export interface Means {
  model: LoadedImageModel;
  /** Others, held against real views of known places in a table of their own. */
  beside: readonly LoadedImageModel[];
  /** What scores pictures. */
  judge: Scorer;
  /** What locates pictures again, for the round trip. */
  locator: LoadedModel;
  /** Rasters of all months, those held out included. */
  source: EarthSource;
  /** The views that the model learned from. */
  training: TrainingViews;
  /** Called when so many more pictures are drawn. */
  advance(pictures: number): void;
}
