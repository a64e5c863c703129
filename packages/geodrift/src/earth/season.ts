/**
 * The look of the land on any day of a year of which only some months are at hand: between two months, and thawed
 * towards what the land looks like without snow.
 */

import type { Generator } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import type { Pixels, Raster } from "./raster.js";
import type { Layer } from "./view.js";

/** How often views show other days than those of the rasters. */
export interface SeasonOptions {
  /** Share of the views, 0 … 1, that show a day between their month and the next. */
  between: number;
  /** Share of the views, 0 … 1, whose snow thaws. */
  thaw: number;
}

/** How far past the darkest month a thaw goes: a place's darkest day need not be in the months at hand. */
const thawReach = 1.2;

/**
 * Draws the rasters that a view is blended of, with weights that add up to one; a thaw beyond the darkest month gives
 * weights below zero.
 * @param rasters months in order, a ring
 * @param first index of the view's own month
 * @param darkest see `darkestComposite`
 */
export function drawSeason(
  rasters: readonly Raster[],
  first: number,
  darkest: Pixels,
  random: Generator,
  { between, thaw }: SeasonOptions,
): Layer[] {
  const layers: Layer[] = [{ raster: rasters[first], weight: 1 }];
  if (random.uniform() < between) {
    const weight = random.uniform();
    layers[0].weight = 1 - weight;
    layers.push({ raster: rasters[(first + 1) % rasters.length], weight });
  }
  if (random.uniform() < thaw) {
    // The square root favours the end: summer, of which the fewest months may be at hand.
    const weight = thawReach * Math.sqrt(random.uniform());
    for (const layer of layers) layer.weight *= 1 - weight;
    layers.push({ raster: darkest, weight });
  }
  return layers;
}

/**
 * The darkest composite: every pixel from the raster where it is darkest. Snow and clouds are bright, so this is the land
 * without them.
 * @throws GeodriftError `data` if the rasters differ in size
 */
export function darkestComposite(rasters: readonly Raster[]): Pixels {
  const [first, ...others] = rasters;
  for (const r of others)
    if (r.width !== first.width || r.height !== first.height)
      throw new GeodriftError(
        "data",
        `${r.name}: rasters that are blended have the same size, ${first.name} has ${first.width}×${first.height} and this one ${r.width}×${r.height}`,
      );
  const data = new Uint8Array(new SharedArrayBuffer(first.data.length));
  data.set(first.data);
  for (const { data: other } of others)
    for (let i = 0; i < data.length; i += 4)
      if (other[i] + other[i + 1] + other[i + 2] < data[i] + data[i + 1] + data[i + 2])
        for (let c = 0; c < 3; c++) data[i + c] = other[i + c];
  return { width: first.width, height: first.height, data };
}
