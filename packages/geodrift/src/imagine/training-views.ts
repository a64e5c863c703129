/**
 * The views that an image model learned from, drawn again: what its pictures are compared with, to tell memory from
 * imagination.
 */

import type { LatLng } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { around } from "geokdbush";
import KDBush from "kdbush";
import {
  type CaptionedViewsOptions,
  drawShotInto,
  type EarthSource,
  fingerprintOf,
  type Shot,
  shotAt,
  withMonths,
} from "../earth/captioned-views.js";
import type { ViewKind } from "../earth/captions.js";
import type { ImageModelDescription } from "../models/schema.js";
import { dropAlpha, type Picture } from "../pictures/picture.js";
import { pixelDifference } from "../pictures/pixel-difference.js";
import type { PlannedPicture } from "./plan.js";

/** A training view, and how far it is from a picture. */
export interface AlikeView {
  shot: Shot;
  picture: Picture;
  /** Root mean square over channels and pixels, 0 … 255. */
  difference: number;
}

/** A picture of one place beside the view that it is most like. */
export interface Compared {
  cell: PlannedPicture;
  picture: Picture;
  view: AlikeView;
}

/** The views of a model's training. */
export interface TrainingViews {
  /** The view of a kind whose centre is nearest to a place; undefined if there is none of that kind. */
  nearestByPlace(place: LatLng, kind: ViewKind): Shot | undefined;
  /** Of the 64 views of a kind, or of all, that are nearest by place, the one that is most like the picture, if there is any. */
  nearest(picture: Picture, place: LatLng, kind: ViewKind | undefined): AlikeView | undefined;
  /** Draws a view again, `size` pixels along a side. */
  draw(shot: Shot, size: number): Picture;
}

/** Views that a picture is compared with. */
const compared = 64;

/**
 * Draws a view as a picture.
 * @param size pixels along a side
 * @throws GeodriftError `data` for a month that is not at hand
 */
export function drawShot(source: EarthSource, shot: Shot, size: number): Picture {
  const rgba = new Uint8Array(4 * size * size);
  drawShotInto(rgba, source, shot, size);
  return { width: size, height: size, data: dropAlpha(rgba) };
}

/**
 * Finds the views that an image model learned from.
 * @param source with the months of the training, and any others
 * @throws GeodriftError `option` if the model has learned from other rasters, `data` if a month of its training is
 * missing
 */
export function trainingViewsOf(
  source: EarthSource,
  { name, views: { n, months, data, ...options } }: Pick<ImageModelDescription, "name" | "views">,
): TrainingViews {
  const own = withMonths(source, months);
  const found = fingerprintOf(own);
  if (found !== data)
    throw new GeodriftError(
      "data",
      `${name} has learned from other rasters than these: their fingerprints are ${data} and ${found}`,
    );
  return trainingViews(own, { ...options, countries: [] }, n);
}

function trainingViews(source: EarthSource, options: CaptionedViewsOptions, n: number): TrainingViews {
  const index = new KDBush(n);
  const kinds: ViewKind[] = [];
  for (let i = 0; i < n; i++) {
    const { shot } = shotAt(source, options, i);
    index.add(shot.place.lng, shot.place.lat);
    kinds.push(shot.kind);
  }
  index.finish();
  const shotsNear = ({ lat, lng }: LatLng, kind: ViewKind | undefined, count: number) =>
    around(
      index,
      lng,
      lat,
      count,
      Number.POSITIVE_INFINITY,
      (i: number) => kind === undefined || kinds[i] === kind,
    ).map((i) => shotAt(source, options, i).shot);
  const draw = (shot: Shot, size: number) => drawShot(source, shot, size);
  return {
    draw,
    nearestByPlace: (place, kind) => shotsNear(place, kind, 1)[0],
    nearest(picture, place, kind) {
      const drawn = shotsNear(place, kind, compared).map((shot): AlikeView => {
        const own = draw(shot, picture.width);
        return { shot, picture: own, difference: pixelDifference(picture, own) };
      });
      return drawn.reduce(
        (best: AlikeView | undefined, d) => (best && best.difference <= d.difference ? best : d),
        undefined,
      );
    },
  };
}
