/** Batches for the training of judges: views with their places and attributes, made in a worker thread. */
import { placeEncodingInto, placeEncodingWidth } from "@geodrift/core";
import { attributeNames, classOf } from "../../earth/attributes.js";
import { type CaptionedViewsOptions, drawCaptionedInto, type EarthSource } from "../../earth/captioned-views.js";
import { planesInto } from "../../pictures/planes.js";

/** What the worker thread makes batches of a judge from. */
export interface ScoringWork {
  source: EarthSource;
  views: CaptionedViewsOptions;
  /** Pixels along a side. */
  size: number;
  /** Octaves of the place encoding. */
  octaves: number;
}

/** Arrays of `ScoringBatch`. */
export interface ScoringBatchData {
  /** Pictures, [n, 3, size, size] in 0 … 1. */
  pixels: Float32Array;
  /** Encoded places, [n, 2, 2·octaves]. */
  places: Float32Array;
  /** Classes of the attributes, [attributes, n]; −1 where there is none. */
  classes: Int32Array;
}

/** Makes the examples `from` … `from + count − 1`. */
export function scoringBatch(
  { source, views, size, octaves }: ScoringWork,
  from: number,
  count: number,
): ScoringBatchData {
  const [area, encoding] = [size * size, 2 * placeEncodingWidth(octaves)];
  const rgba = new Uint8Array(4 * area);
  const batch: ScoringBatchData = {
    pixels: new Float32Array(count * 3 * area),
    places: new Float32Array(count * encoding),
    classes: new Int32Array(count * attributeNames.length),
  };
  for (let i = 0; i < count; i++) {
    const { view, facts } = drawCaptionedInto(rgba, source, views, from + i, size);
    planesInto(batch.pixels, 3 * area * i, rgba, 4, area);
    placeEncodingInto(batch.places, encoding * i, view.place, octaves);
    attributeNames.forEach((name, a) => {
      batch.classes[a * count + i] = classOf(name, facts);
    });
  }
  return batch;
}
