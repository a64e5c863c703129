/** Which reader a file of heights is for. */
import type { Elevation } from "./elevation.js";
import { readDem } from "./read-dem.js";
import { isTiff, readGeoTiff } from "./read-geotiff.js";

/**
 * Reads an elevation model: a GeoTIFF, or the text format of the United States Geological Survey.
 * @throws GeodriftError `data`, without the file's name, if it is none of them, cut off, or not in even metres
 */
export const readElevation = async (bytes: Uint8Array): Promise<Elevation> =>
  isTiff(bytes) ? readGeoTiff(bytes) : readDem(bytes);
