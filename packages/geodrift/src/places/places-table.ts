/** CSV tables whose rows have a place; gzipped ones too. */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import type { LatLng } from "@geodrift/core";
import { asMendable, GeodriftError } from "@geodrift/core/errors";
import { parse } from "csv-parse/sync";
import { csvOptions } from "../files/csv.js";
import { cannotRead } from "../files/system-error.js";
import { decodeText } from "../files/text.js";
import { placeOrRefusal } from "../pictures/recorded-place.js";
import { findColumn, latitudes, longitudes, numberOf } from "./columns.js";

/** A CSV table whose rows have places. */
export interface PlacesTable {
  /** By row, degrees. */
  places: LatLng[];
  /**
   * The values of the first column with one of the names, by row.
   * @throws GeodriftError `data` if there is none
   */
  column(names: readonly string[]): string[];
  /** Names of all columns, in lower case. */
  columns: string[];
  /** Cells by row, without the head. */
  rows: string[][];
  /** Of the file's bytes, hexadecimal. */
  sha256: string;
}

/**
 * Reads a CSV file, gzipped or not, with a header and the columns `lat` and `lng`, or their usual other names.
 * @param options `gaps` leaves out rows that say no place
 * @throws GeodriftError `not-found` or `file` if it cannot be read, `data` for a missing column or a value that is no
 * coordinate
 */
export async function readPlacesTable(file: string, { gaps = false } = {}): Promise<PlacesTable> {
  const bytes = await readFile(file).catch(cannotRead(file));
  const table = parsed(file, bytes);
  const [head = [], ...all] = table;
  const known = head.map((name) => name.toLowerCase());
  const find = (names: readonly string[]) => findColumn(known, names);
  const [lat, lng] = [find(latitudes), find(longitudes)];
  const got = known.join(", ") || "none";
  if (lat < 0 || lng < 0) throw new GeodriftError("data", `${file}: columns named lat and lng are needed, got ${got}`);
  const rows = gaps ? all.filter((row) => row[lat] !== "" || row[lng] !== "") : all;
  const places = rows.map((row, i) => {
    const found = placeOrRefusal(numberOf(row[lat]), numberOf(row[lng]));
    if ("refused" in found) throw new GeodriftError("data", `${file}: row ${i + 2}: ${found.refused}`);
    return found.place;
  });
  return {
    places,
    column(names) {
      const at = find(names);
      if (at < 0) throw new GeodriftError("data", `${file}: a column named ${names[0]} is needed, got ${got}`);
      return rows.map((row) => row[at]);
    },
    columns: known,
    rows,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
}

function parsed(file: string, bytes: Buffer): string[][] {
  try {
    const text = decodeText(file.endsWith(".gz") ? gunzipSync(bytes) : bytes);
    return parse(text, { ...csvOptions(text.slice(0, 2 ** 16)), relax_column_count: false, columns: false });
  } catch (e) {
    return asMendable("data", (said) => `${file}: ${said}`)(e);
  }
}
