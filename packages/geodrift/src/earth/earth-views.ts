/** Views of random places: real pictures in unlimited number, each a function of the seed and its index alone. */
import { Generator, type LatLng, toLatLng, uniformPoint } from "@geodrift/core";
import type { Dataset, Example } from "../pictures/dataset.js";
import { dropAlpha } from "../pictures/picture.js";
import { augmentInto } from "./augment.js";
import { onLand, type Pixels, type Raster } from "./raster.js";
import { darkestComposite, drawSeason, type SeasonOptions } from "./season.js";
import { type Layer, renderViewInto, type View } from "./view.js";

/** How views of random places are drawn. */
export interface EarthViewsOptions {
  /** Every view is a function of the seed and its index. */
  seed: number;
  /** Pixels along a side. */
  size: number;
  /** Least and greatest ground width, km; uniform between. */
  widthKm: readonly [number, number];
  /** Headings are uniform within ± this many degrees of north. */
  headingDegrees: number;
  /** `land`: the centre lies on land; `globe`: anywhere. Both uniform in area. */
  centres: "land" | "globe";
  /** Strength of the photometric augmentation: 0 for none, 1 is usual. */
  augment: number;
  /** Days between the months, and thaws; without it every view shows one raster as it is. */
  seasons?: SeasonOptions;
}

/** What views are cut from. */
export interface ViewSource {
  /** Rasters of the months, in order. */
  rasters: readonly Raster[];
  /** The darkest composite (`darkestComposite`); only where `seasons` are asked for. */
  darkest?: Pixels;
}

/**
 * Prepares rasters for views.
 * @throws GeodriftError `data` if rasters that are blended differ in size
 */
export function viewSource(rasters: readonly Raster[], options: EarthViewsOptions): ViewSource {
  return options.seasons ? { rasters, darkest: darkestComposite(rasters) } : { rasters };
}

/** The view with index `i`, the rasters that it is cut from, and the generator that its augmentation is drawn from. */
export function viewAt(
  { rasters, darkest }: ViewSource,
  options: EarthViewsOptions,
  i: number,
): { view: View; layers: Layer[]; random: Generator } {
  const random = new Generator(options.seed, i);
  const month = random.integer(rasters.length);
  const raster = rasters[month];
  let place: LatLng;
  do place = toLatLng(uniformPoint(random));
  while (options.centres === "land" && !onLand(raster, place));
  const view = {
    place,
    heading: random.uniform(-options.headingDegrees, options.headingDegrees),
    widthKm: random.uniform(...options.widthKm),
  };
  const layers =
    options.seasons && darkest ? drawSeason(rasters, month, darkest, random, options.seasons) : [{ raster, weight: 1 }];
  return { view, layers, random };
}

/**
 * Renders view `i`, with its augmentation, and returns what it shows.
 * @param out 8-bit RGBA, [size, size, 4], rows from the top; alpha is the share of land
 */
export function drawViewInto(out: Uint8Array, source: ViewSource, options: EarthViewsOptions, i: number): View {
  const { view, layers, random } = viewAt(source, options, i);
  renderViewInto(out, layers, view, options.size);
  augmentInto(out, options.size, random, { strength: options.augment });
  return view;
}

/**
 * Views of random places as a dataset, without end unless a length is given.
 * @throws GeodriftError `data` if rasters that are blended differ in size
 */
export function earthViews(
  rasters: readonly Raster[],
  options: EarthViewsOptions,
  length = Number.POSITIVE_INFINITY,
): Dataset {
  const source = viewSource(rasters, options);
  return {
    name: "earth-views",
    length,
    fingerprint: JSON.stringify({ rasters: rasters.map((r) => r.sha256), ...options }),
    async *examples(from: number, to: number): AsyncIterable<Example> {
      const { size } = options;
      const rgba = new Uint8Array(size * size * 4);
      for (let i = from; i < Math.min(to, length); i++) {
        const view = drawViewInto(rgba, source, options, i);
        yield { id: `view-${i}`, picture: { width: size, height: size, data: dropAlpha(rgba) }, place: view.place };
      }
    },
  };
}
