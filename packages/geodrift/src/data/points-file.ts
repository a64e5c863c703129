/** Places in a CSV file. */
import { readFile } from "node:fs/promises";
import { checkLatLng, type LatLng } from "@geodrift/core";
import { parse } from "csv-parse/sync";

const latitudes = ["lat", "latitude"];
const longitudes = ["lng", "lon", "long", "longitude"];

/**
 * Reads the columns `lat` and `lng` (or their usual other names) of a CSV file with a header.
 * @throws Error in one sentence for a missing file or column, or a value that is no coordinate
 */
export async function readPoints(file: string): Promise<LatLng[]> {
  const text = await readFile(file, "utf8").catch((e: NodeJS.ErrnoException) => {
    throw new Error(`${file}: cannot be read (${e.code})`);
  });
  let rows: string[][];
  try {
    rows = parse(text, { bom: true, skip_empty_lines: true, trim: true });
  } catch (e) {
    throw new Error(`${file}: ${(e as Error).message}`);
  }
  const { lat, lng } = columnsOf(file, rows);
  return rows.slice(1).map((row, i) => {
    const number = (text: string) => (text === "" ? Number.NaN : Number(text));
    const place = { lat: number(row[lat]), lng: number(row[lng]) };
    try {
      checkLatLng(place);
    } catch (e) {
      throw new Error(`${file}: row ${i + 2}: ${(e as Error).message}`);
    }
    return place;
  });
}

/**
 * Where a table keeps latitude and longitude.
 * @throws Error in one sentence if it has none
 */
export function columnsOf(file: string, rows: readonly string[][]): { lat: number; lng: number; head: string[] } {
  const head = (rows[0] ?? []).map((name) => name.toLowerCase());
  const column = (names: readonly string[]) => head.findIndex((name) => names.includes(name));
  const [lat, lng] = [column(latitudes), column(longitudes)];
  if (lat < 0 || lng < 0)
    throw new Error(`${file}: columns named lat and lng are needed, got ${head.join(", ") || "none"}`);
  return { lat, lng, head };
}
