/** Datasets on disk: a table of pictures with places, or a description of views of the Earth. */

import { dirname, extname, join, resolve } from "node:path";
import { GeodriftError, withSubject } from "@geodrift/core/errors";
import { z } from "zod";
import { openEarthFolder } from "../earth/earth-rasters.js";
import { earthViews } from "../earth/earth-views.js";
import { readRaster } from "../earth/raster.js";
import { viewsConfig } from "../earth/views-config.js";
import { readJsonFile } from "../files/json-file.js";
import type { Dataset, Example } from "../pictures/dataset.js";
import type { Preparation } from "../pictures/preparation.js";
import { readPicture } from "../pictures/read-picture.js";
import { pictures } from "../places/columns.js";
import { readPlacesTable } from "../places/places-table.js";
import { areasOf } from "./areas.js";

const viewsFile = z.strictObject({
  kind: z.literal("earth-views"),
  /** Folder of monthly rasters with a land mask; relative to this file. */
  rasters: z.string(),
  /** The month of that folder, or another global picture in it. */
  month: z.string().optional(),
  picture: z.string().optional(),
  /** How views are drawn. */
  views: viewsConfig,
  length: z.int().positive(),
});

/**
 * Opens a dataset of pictures with places.
 * @param file `.csv` with columns file, lat and lng (pictures relative to it), or `.json` of kind `earth-views`
 * @param preparation the squares that pictures are made into
 * @throws GeodriftError `not-found` or `file` if it cannot be read, `data` if it is neither, or is not as it should be
 */
export async function openDataset(file: string, preparation: Preparation): Promise<Dataset> {
  const ending = extname(file).toLowerCase();
  if (ending === ".csv") return tableOfPictures(file, preparation);
  if (ending === ".json") return viewsOf(file, preparation);
  throw new GeodriftError(
    "data",
    `${file}: a dataset is a .csv of pictures with places, a .parquet of embeddings, or a .json of views`,
  );
}

async function viewsOf(file: string, { size }: Preparation): Promise<Dataset> {
  const { rasters, month, picture, views, length } = await readJsonFile(file, viewsFile);
  if (views.size !== size)
    throw new GeodriftError(
      "data",
      `${file}: the model takes pictures of ${size} pixels, the views have ${views.size}`,
    );
  if ((month === undefined) === (picture === undefined))
    throw new GeodriftError("data", `${file}: either "month" or "picture" says what views are cut from`);
  const folder = resolve(dirname(file), rasters);
  const earth = await openEarthFolder(folder);
  const land = await earth.land();
  const raster =
    month === undefined
      ? readRaster(join(folder, picture as string), land, picture as string)
      : earth.month(month, land);
  return earthViews([await raster], views, length);
}

async function tableOfPictures(file: string, preparation: Preparation): Promise<Dataset> {
  const { places, column, columns, rows, sha256 } = await readPlacesTable(file);
  const files = column(pictures);
  const areas = areasOf(columns);
  return {
    name: file,
    length: places.length,
    fingerprint: sha256,
    async *examples(from, to): AsyncIterable<Example> {
      for (let i = from; i < Math.min(to, places.length); i++) {
        const path = resolve(dirname(file), files[i]);
        const picture = await withSubject(path, () => readPicture(path, preparation));
        yield { id: files[i], picture, place: places[i], ...(areas && { areas: areas(rows[i]) }) };
      }
    },
  };
}
