import { createReadStream } from "node:fs";
import { dirname, resolve } from "node:path";
import { createGunzip } from "node:zlib";
import { asMendable, GeodriftError } from "@geodrift/core/errors";
import { parse } from "csv-parse";
import { csvOptions } from "../../files/csv.js";
import { cannotRead, isSystemError } from "../../files/system-error.js";
import { decodeText } from "../../files/text.js";
import { placeOrRefusal } from "../../pictures/recorded-place.js";
import { findColumn, identifiers, latitudes, longitudes, numberOf, pictures } from "../../places/columns.js";
import type { PictureSource, SourceItem } from "./source.js";

/**
 * Rows of a CSV file (RFC 4180, or divided by semicolons, tabs or bars) one by one; `.gz` files are unpacked.
 * @param from number of the first one, counted from the one behind the header; with the header first if left out
 * @throws GeodriftError, beginning with the file's name: `not-found` or `file` if it cannot be read, `data` if it is no
 * CSV
 */
export async function* csvRows(file: string, from = -1): AsyncGenerator<string[]> {
  const parser = parse(csvOptions(await beginningOf(file)));
  const bytes = createReadStream(file);
  const through = file.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes;
  for (const stream of [bytes, through]) stream.on("error", (e) => parser.destroy(e));
  through.pipe(parser);
  try {
    let at = -1;
    for await (const row of parser) if (at++ >= from) yield row as string[];
  } catch (e) {
    if (isSystemError(e)) cannotRead(file)(e);
    asMendable("data", (said) => `${file}: ${said}`)(e);
  } finally {
    bytes.destroy();
  }
}

/**
 * The first piece of a table's text.
 * @throws GeodriftError, beginning with the file's name: `not-found` or `file` if it cannot be read, `data` if it cannot be unpacked
 */
async function beginningOf(file: string): Promise<string> {
  const bytes = createReadStream(file);
  const through = file.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes;
  bytes.on("error", (e) => through.destroy(e));
  try {
    for await (const piece of through) return decodeText(piece as Buffer);
    return "";
  } catch (e) {
    if (isSystemError(e)) cannotRead(file)(e);
    return asMendable("data", (said) => `${file}: ${said}`)(e);
  } finally {
    bytes.destroy();
  }
}

/**
 * The first row of a CSV file.
 * @throws GeodriftError `data` if it is empty; and as `csvRows`
 */
export async function csvHead(file: string): Promise<string[]> {
  for await (const head of csvRows(file)) return head;
  throw new GeodriftError("data", `${file}: is empty`);
}

/** Where a table keeps things: indices of its columns, from 0. */
export interface TableColumns {
  /** Index of the latitudes. */
  lat: number;
  /** Index of the longitudes. */
  lng: number;
  /** What pictures are called. */
  picture: number;
  /** The others. */
  rest: number[];
}

/**
 * Finds the columns of latitude, longitude and picture by their usual names; upper and lower case are the same.
 * @param head names of the columns
 * @param file for the message
 * @param names that the column of pictures may have
 * @throws GeodriftError `data` naming the column that is missing
 */
export function tableColumns(head: readonly string[], file: string, names: readonly string[] = pictures): TableColumns {
  const known = head.map((name) => name.toLowerCase());
  const [lat, lng, picture] = [latitudes, longitudes, names].map((wanted) => {
    const at = findColumn(known, wanted);
    if (at < 0)
      throw new GeodriftError(
        "data",
        `${file}: a column named ${wanted[0]} is needed, got ${head.join(", ") || "none"}`,
      );
    return at;
  });
  return { lat, lng, picture, rest: [...known.keys()].filter((i) => ![lat, lng, picture].includes(i)) };
}

/**
 * What a row says besides its picture: its place in degrees, or why it has none, and its labels. An empty cell is not
 * known; "NA" is Namibia.
 */
export function rowItem(row: readonly string[], { lat, lng, picture, rest }: TableColumns): SourceItem {
  const odd = [lat, lng].find(
    (i) => row[i] !== undefined && row[i] !== "" && Number.isNaN(numberOf(row[i])) && row[i] !== "NaN",
  );
  if (odd !== undefined) return { id: row[picture] ?? "", refused: `"${row[odd]}" is not a coordinate` };
  const labels = rest.map((i) => (row[i] === undefined || row[i] === "" ? null : row[i]));
  return { id: row[picture] ?? "", ...placeOrRefusal(numberOf(row[lat] ?? ""), numberOf(row[lng] ?? "")), labels };
}

/**
 * Opens a CSV table with a column of paths, relative to it, and columns of latitudes and longitudes; others are kept as
 * labels.
 * @throws GeodriftError `not-found` or `file` if it cannot be read, `data` if it lacks a column
 */
export async function csvSource(file: string): Promise<PictureSource> {
  const head = await csvHead(file);
  const names = [...pictures, ...identifiers];
  const columns = tableColumns(head, file, names);
  return {
    name: file,
    columns: columns.rest.map((i) => head[i]),
    async *items(from = 0) {
      for await (const row of csvRows(file, from)) {
        const item = rowItem(row, columns);
        yield { ...item, file: resolve(dirname(file), item.id) };
      }
    },
  };
}
