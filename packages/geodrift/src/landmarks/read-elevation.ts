/** Heights of the ground on a grid, from whichever file has them. */
import { readDem } from "./read-dem.js";
import { isTiff, readGeoTiff } from "./read-geotiff.js";

/** Heights on a grid of even steps. */
export interface Elevation {
  /** Metres above the sea, columns from west to east, each from south to north, [columns, rows]; NaN where there is none. */
  heights: Float32Array;
  columns: number;
  rows: number;
  /** Metres from one to the next. */
  step: number;
  /** Easting and northing of the first height, metres of its projection. */
  origin: readonly [easting: number, northing: number];
}

/**
 * Reads an elevation model: a GeoTIFF, or the text format of the United States Geological Survey.
 * @throws GeodriftError `data`, without the file's name, if it is none of them, cut off, or not in even metres
 */
export const readElevation = async (bytes: Uint8Array): Promise<Elevation> =>
  isTiff(bytes) ? readGeoTiff(bytes) : readDem(bytes);
