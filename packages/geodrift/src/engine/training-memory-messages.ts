/** What the thread that keeps the training's views is told and answers. */
import type { LatLng } from "@geodrift/core";
import type { ThrownElsewhere } from "@geodrift/core/errors";
import type { ViewKind } from "../earth/captions.js";
import type { AlikeView } from "../imagine/training-views.js";
import type { ImageModelDescription } from "../models/schema.js";
import type { Picture } from "../pictures/picture.js";

/** What the thread opens: the rasters, and the model whose training views are drawn again. */
export interface MemoryWork {
  /** Folder of the rasters. */
  rasters: string;
  description: Pick<ImageModelDescription, "name" | "views">;
}

/** A picture of a place to be compared with the training's views. */
export interface MemoryQuestion {
  picture: Picture;
  /** Degrees. */
  place: LatLng;
  /** Of the views to compare with; all if it is not said. */
  kind: ViewKind | undefined;
}

/** No view is the answer where there is none of the kind. */
export type MemoryAnswer = { view: AlikeView | undefined } | { thrown: ThrownElsewhere };
