/** From a name on a command line to the reader of its layout. */

import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { isS3 } from "../../files/s3.js";
import { cannotRead } from "../../files/system-error.js";
import { csvSource } from "./csv.js";
import { folderSource } from "./folder.js";
import { geoJsonSource } from "./geojson.js";
import { osv5mSource, zipsOf } from "./osv5m.js";
import { parquetSource } from "./parquet.js";
import { s3Source } from "./s3.js";
import type { PictureSource, ReadyOptions } from "./source.js";
import { webdatasetSource } from "./webdataset.js";

/** Endings of tables of text. */
const tables = [".csv", ".tsv", ".txt"];

/**
 * Opens located pictures: a folder of pictures with places in their files; a `.csv`, `.tsv` or `.parquet` table; a `.geojson` or `.kml` file; a `.tar`, or a
 * folder of them; the `.csv` of OSV-5M beside its zips, or the folder of it; or `s3://bucket/prefix`, under which pictures are.
 * @param options `ready` takes embeddings in place of pictures, from tars and Parquet tables alone
 * @throws GeodriftError `not-found` if there is nothing of that name, `data` if it is none of these, `file` if it cannot
 * be read
 */
export async function openSource(path: string, options: ReadyOptions = {}): Promise<PictureSource> {
  if (isS3(path)) {
    if (options.ready !== undefined)
      throw new GeodriftError("data", `${path}: ready-made embeddings are taken from files, not from S3`);
    return s3Source(path);
  }
  const info = await stat(path).catch(() => undefined);
  if (!info) throw new GeodriftError("not-found", `${path}: no such file or folder`);
  const ready = (source: PictureSource) => {
    if (options.ready !== undefined)
      throw new GeodriftError(
        "data",
        `${path}: ready-made embeddings (${options.ready}) are taken from tars and Parquet tables, this is none`,
      );
    return source;
  };
  if (!info.isDirectory()) {
    const ending = extname(path.replace(/\.gz$/i, "")).toLowerCase();
    if (ending === ".tar") return webdatasetSource(path, options);
    if (ending === ".geojson" || ending === ".kml") return ready(await geoJsonSource(path));
    if (ending === ".parquet") return parquetSource(path, options);
    if (tables.includes(ending)) return ready(zipsOf(path) ? await osv5mSource(path) : await csvSource(path));
    throw new GeodriftError(
      "data",
      `${path}: a source is a folder, a .csv, a .tsv, a .parquet, a .geojson, a .kml, or a .tar`,
    );
  }
  if ((await readdir(path).catch(cannotRead(path, "folder"))).some((f) => f.endsWith(".tar")))
    return webdatasetSource(path, options);
  for (const table of ["train.csv", "test.csv"]) {
    const file = join(path, table);
    if (existsSync(file) && zipsOf(file)) return ready(await osv5mSource(file));
  }
  return ready(folderSource(path));
}
