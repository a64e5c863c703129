/** The views that an image model learned from, drawn again: what its pictures are compared with, to tell memory from imagination. */
import type { LatLng } from "@geodrift/core";
import { around } from "geokdbush";
import KDBush from "kdbush";
import {
  type CaptionedViewsOptions,
  drawShotInto,
  type EarthSource,
  type Shot,
  shotAt,
} from "../data/captioned-views.js";
import type { ViewKind } from "../data/captions.js";
import type { Picture } from "../data/picture.js";
import type { ImageModelDescription } from "../models/schema.js";

export interface TrainingViews {
  /** The view whose centre is nearest, of a kind if one is given. */
  nearestByPlace(place: LatLng, kind?: ViewKind): Shot;
  /** Of the `among` views nearest by place, the one whose pixels differ least. */
  mostAlike(
    picture: Picture,
    place: LatLng,
    kind?: ViewKind,
    among?: number,
  ): { shot: Shot; picture: Picture; difference: number };
  draw(shot: Shot, size: number): Picture;
}

/** RGBA to RGB. */
const opaque = (rgba: Uint8Array, size: number): Picture => {
  const data = new Uint8Array(3 * size * size);
  for (let i = 0; i < size * size; i++) data.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
  return { width: size, height: size, data };
};

export function drawShot(source: EarthSource, shot: Shot, size: number): Picture {
  const rgba = new Uint8Array(4 * size * size);
  drawShotInto(rgba, source, shot, size);
  return opaque(rgba, size);
}

/** Root mean square over channels and pixels, 0 … 255. */
export function pixelDifference(a: Picture, b: Picture): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i] - b.data[i]) ** 2;
  return Math.sqrt(sum / a.data.length);
}

/** @param source with the months of the training, and any others */
export function trainingViewsOf(
  source: EarthSource,
  { views: { n, heldOut, ...options } }: Pick<ImageModelDescription, "views">,
): TrainingViews {
  const held = new Set(heldOut.months.map((month) => Number(month) - 1));
  const months = new Map([...source.months].filter(([month]) => !held.has(month)));
  return trainingViews({ ...source, months }, { ...options, heldOut, countries: [] }, n);
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
  const shotsNear = ({ lat, lng }: LatLng, kind: ViewKind | undefined, count: number) => {
    const own = kind && ((i: number) => kinds[i] === kind);
    return around(index, lng, lat, count, Number.POSITIVE_INFINITY, own).map((i) => shotAt(source, options, i).shot);
  };
  const draw = (shot: Shot, size: number) => drawShot(source, shot, size);
  return {
    draw,
    nearestByPlace(place, kind) {
      return shotsNear(place, kind, 1)[0];
    },
    mostAlike(picture, place, kind, among = 64) {
      const drawn = shotsNear(place, kind, among).map((shot) => {
        const own = draw(shot, picture.width);
        return { shot, picture: own, difference: pixelDifference(picture, own) };
      });
      return drawn.reduce((best, d) => (d.difference < best.difference ? d : best));
    },
  };
}
