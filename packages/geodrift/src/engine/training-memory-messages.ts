/** What the thread that keeps the training's views is told and answers. */
import type { LatLng, ThrownElsewhere } from "@geodrift/core";
import type { ViewKind } from "../earth/captions.js";
import type { AlikeView } from "../imagine/training-views.js";
import type { ImageModelDescription } from "../models/schema.js";
import type { Picture } from "../pictures/picture.js";

export interface MemoryWork {
  rasters: string;
  description: Pick<ImageModelDescription, "name" | "views">;
}

export interface MemoryQuestion {
  picture: Picture;
  place: LatLng;
  /** Of the views to compare with; all if it is not said. */
  kind: ViewKind | undefined;
}

/** No view is the answer where there is none of the kind. */
export type MemoryAnswer = { view: AlikeView | undefined } | { thrown: ThrownElsewhere };
