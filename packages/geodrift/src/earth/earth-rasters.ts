/** The rasters of a folder laid out as `bmng-2004-MM.jpg` and `land-fraction-*.png`. */

import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { cannotRead } from "../files/system-error.js";
import { type Mask, type Raster, readMask, readRaster } from "./raster.js";

/** The month, two digits, that no locator is trained on. */
export const heldOutMonth = "07";

/**
 * The month, two digits, whose land the shaded relief shows, of the same product: over land from 30° to 65° N, of 2048
 * pixels round the globe, they differ by 9 of 255 (root mean square); those of June and September by 28 and 23. Whoever
 * has learned from the relief has seen it.
 */
export const reliefMonth = "07";

/** The rasters of a folder, read when they are asked for. Each throws GeodriftError `data` if its raster is missing. */
export interface EarthFolder {
  /** Months present, as two digits. */
  months: string[];
  /** Share of land times 255, `land-fraction-*.png`. */
  land(): Promise<Mask>;
  /** Satellite colours of a month (two digits), with the land mask beside them. */
  month(month: string, land: Mask): Promise<Raster>;
  /** Shaded relief with the sea floor, `*relief*`. */
  relief(land: Mask): Promise<Raster>;
  /** Lights at night, `night-lights*`. */
  night(land: Mask): Promise<Raster>;
  /**
   * Checks that everything that captioned views need is there.
   * @throws GeodriftError `data` if the relief, the lights or the climates are missing
   */
  checkWhole(): void;
  /** Classes of Köppen and Geiger, 0 … 30, `koppen-geiger*.tif`. */
  climate(): Promise<Mask>;
}

/**
 * Lists the rasters of a folder.
 * @throws GeodriftError `not-found` if there is no such folder, `data` if it lacks the land mask or any month
 */
export async function openEarthFolder(folder: string): Promise<EarthFolder> {
  const files = await readdir(folder).catch(cannotRead(folder, "folder of rasters"));
  const mask = files.find((f) => /^land-fraction.*\.png$/.test(f));
  if (!mask) throw new GeodriftError("data", `${folder}: a land mask named land-fraction-*.png is needed`);
  const byMonth = new Map(
    files.flatMap((f) => {
      const month = /^bmng-\d{4}-(\d\d)\.(jpg|png|tif)$/.exec(f)?.[1];
      return month ? [[month, f] as const] : [];
    }),
  );
  if (byMonth.size === 0)
    throw new GeodriftError("data", `${folder}: no monthly raster named bmng-YYYY-MM.jpg was found`);
  const named = (pattern: RegExp, what: string): string => {
    const file = files.find((f) => pattern.test(f));
    if (!file) throw new GeodriftError("data", `${folder}: ${what} is needed`);
    return join(folder, file);
  };
  const relief = () => named(/relief.*\.(jpg|png|tif)$/, "a picture of the relief named *relief*.jpg");
  const night = () =>
    named(/^night-lights.*\.(jpg|png|tif)$/, "a picture of the lights at night named night-lights*.jpg");
  const climate = () => named(/^koppen-geiger.*\.(tif|png)$/, "a map of climates named koppen-geiger*.tif");
  const whole = (file: string, land: Mask) => readRaster(file, land, basename(file));
  return {
    relief: async (land) => whole(relief(), land),
    night: async (land) => whole(night(), land),
    climate: async () => readMask(climate()),
    checkWhole: () => void [relief(), night(), climate()],
    months: [...byMonth.keys()].sort(),
    land: () => readMask(join(folder, mask)),
    month: (month, land) => {
      const file = byMonth.get(month);
      if (!file)
        throw new GeodriftError(
          "data",
          `${folder}: month ${month} is missing, there are ${[...byMonth.keys()].sort().join(", ")}`,
        );
      return readRaster(join(folder, file), land, file);
    },
  };
}
