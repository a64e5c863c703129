/** The rasters of a folder laid out as `bmng-2004-MM.jpg` and `land-fraction-*.png`. */
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Mask, type Raster, readMask, readRaster } from "./raster.js";

/** The month that no model is trained on. */
export const heldOutMonth = "07";

export interface EarthFolder {
  /** Months present, as two digits. */
  months: string[];
  land(): Promise<Mask>;
  month(month: string, land: Mask): Promise<Raster>;
  /** Shaded relief with the sea floor, `*relief*`. */
  relief(land: Mask): Promise<Raster>;
  /** Lights at night, `night-lights*`. */
  night(land: Mask): Promise<Raster>;
  /** Classes of Köppen and Geiger, 0 … 30, `koppen-geiger*.tif`. */
  climate(): Promise<Mask>;
}

/** @throws Error if the folder lacks the land mask or any month. */
export async function openEarthFolder(folder: string): Promise<EarthFolder> {
  const files = await readdir(folder).catch(() => {
    throw new Error(`${folder}: no such folder of rasters`);
  });
  const mask = files.find((f) => /^land-fraction.*\.png$/.test(f));
  if (!mask) throw new Error(`${folder}: a land mask named land-fraction-*.png is needed`);
  const byMonth = new Map(
    files.flatMap((f) => {
      const month = /^bmng-\d{4}-(\d\d)\.(jpg|png|tif)$/.exec(f)?.[1];
      return month ? [[month, f] as const] : [];
    }),
  );
  if (byMonth.size === 0) throw new Error(`${folder}: no monthly raster named bmng-YYYY-MM.jpg was found`);
  const named = (pattern: RegExp, what: string): string => {
    const file = files.find((f) => pattern.test(f));
    if (!file) throw new Error(`${folder}: ${what} is needed`);
    return join(folder, file);
  };
  const whole = (pattern: RegExp, what: string) => async (land: Mask) => {
    const file = named(pattern, what);
    return readRaster(file, land, basename(file));
  };
  return {
    relief: whole(/relief.*\.(jpg|png|tif)$/, "a picture of the relief named *relief*.jpg"),
    night: whole(/^night-lights.*\.(jpg|png|tif)$/, "a picture of the lights at night named night-lights*.jpg"),
    climate: async () => readMask(named(/^koppen-geiger.*\.(tif|png)$/, "a map of climates named koppen-geiger*.tif")),
    months: [...byMonth.keys()].sort(),
    land: () => readMask(join(folder, mask)),
    month: (month, land) => {
      const file = byMonth.get(month);
      if (!file)
        throw new Error(`${folder}: month ${month} is missing, there are ${[...byMonth.keys()].sort().join(", ")}`);
      return readRaster(join(folder, file), land, file);
    },
  };
}
