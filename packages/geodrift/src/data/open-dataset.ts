/** Datasets on disk: a table of pictures with places, or a description of views of the Earth. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import { checkLatLng } from "@geodrift/core";
import { parse } from "csv-parse/sync";
import { z } from "zod";
import { readPicture } from "../encode/read-picture.js";
import { readJsonFile } from "../schema/json-file.js";
import type { Dataset, Example } from "./dataset.js";
import { openEarthFolder } from "./earth-rasters.js";
import { earthViews } from "./earth-views.js";
import { columnsOf } from "./points-file.js";
import { readRaster } from "./raster.js";
import { viewsConfig } from "./views-config.js";

const viewsFile = z.strictObject({
  kind: z.literal("earth-views"),
  /** Folder of monthly rasters with a land mask; relative to this file. */
  rasters: z.string(),
  /** The month of that folder, or another global picture in it. */
  month: z.string().optional(),
  picture: z.string().optional(),
  views: viewsConfig,
  length: z.int().positive(),
});

const pictureColumns = ["file", "image", "path", "picture"];

/**
 * @param file `.csv` with columns file, lat and lng (pictures relative to it), or `.json` of kind `earth-views`
 * @param size pixels per side of the pictures
 * @throws Error in one sentence if the file is neither, or is not as it should be
 */
export async function openDataset(file: string, size: number): Promise<Dataset> {
  const ending = extname(file).toLowerCase();
  if (ending === ".csv") return tableOfPictures(file, size);
  if (ending === ".json") return viewsOf(file, size);
  throw new Error(`${file}: a dataset is a .csv of pictures with places, or a .json of views`);
}

async function viewsOf(file: string, size: number): Promise<Dataset> {
  const { rasters, month, picture, views, length } = await readJsonFile(file, viewsFile);
  if (views.size !== size)
    throw new Error(`${file}: the model takes pictures of ${size} pixels, the views have ${views.size}`);
  if ((month === undefined) === (picture === undefined))
    throw new Error(`${file}: either "month" or "picture" says what views are cut from`);
  const folder = resolve(dirname(file), rasters);
  const earth = await openEarthFolder(folder);
  const land = await earth.land();
  const raster =
    month === undefined
      ? readRaster(join(folder, picture as string), land, picture as string)
      : earth.month(month, land);
  return earthViews([await raster], views, length);
}

async function tableOfPictures(file: string, size: number): Promise<Dataset> {
  const bytes = await readFile(file).catch((e: NodeJS.ErrnoException) => {
    throw new Error(`${file}: cannot be read (${e.code})`);
  });
  let rows: string[][];
  try {
    rows = parse(bytes, { bom: true, skip_empty_lines: true, trim: true });
  } catch (e) {
    throw new Error(`${file}: ${(e as Error).message}`);
  }
  const { lat, lng, head } = columnsOf(file, rows);
  const picture = head.findIndex((name) => pictureColumns.includes(name));
  if (picture < 0) throw new Error(`${file}: a column named file is needed, got ${head.join(", ")}`);
  const items = rows.slice(1).map((row, i) => {
    const place = { lat: Number(row[lat] || Number.NaN), lng: Number(row[lng] || Number.NaN) };
    try {
      checkLatLng(place);
    } catch (e) {
      throw new Error(`${file}: row ${i + 2}: ${(e as Error).message}`);
    }
    return { id: row[picture], path: resolve(dirname(file), row[picture]), place };
  });
  return {
    name: file,
    length: items.length,
    fingerprint: createHash("sha256").update(bytes).digest("hex"),
    async *examples(from, to): AsyncIterable<Example> {
      for (const { id, path, place } of items.slice(from, to)) {
        const read = await readPicture(path, size).catch((e: Error) => {
          throw new Error(`${path}: ${e.message}`);
        });
        yield { id, picture: read, place };
      }
    },
  };
}
