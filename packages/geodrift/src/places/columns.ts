import { degreesOf } from "../pictures/recorded-place.js";

/** Names that columns of tables go by, in lower case: ours, Darwin Core's and GBIF's, exiftool's, Google Takeout's. */
export const latitudes = [
  "lat",
  "latitude",
  "decimallatitude",
  "gpslatitude",
  "geodata.latitude",
  "geodataexif.latitude",
];
/** Names of columns of longitudes, in lower case. */
export const longitudes = [
  ...[
    "lng",
    "lon",
    "long",
    "longitude",
    "decimallongitude",
    "gpslongitude",
    "geodata.longitude",
    "geodataexif.longitude",
  ],
];
/** Names of columns of paths of pictures, in lower case. */
export const pictures = ["file", "image", "path", "picture", "filename", "sourcefile", "associatedmedia", "title"];
/** Names of columns of keys, in lower case. */
export const identifiers = ["id", "key", "gbifid", "occurrenceid"];

/** Index of the first of the names that stands in the head of a table, which is in lower case; −1 if none does. */
export const findColumn = (head: readonly string[], names: readonly string[]): number =>
  head.findIndex((_, at) => head[at] === names.find((name) => head.includes(name)));

/** Degrees, minutes and seconds as exiftool and people write them: `48 deg 51' 24.12" N`, `48°51′24″N`. */
const sexagesimal =
  /^([+-])?(\d+(?:\.\d+)?)\s*(?:deg|°|d|º)?\s*(?:(\d+(?:\.\d+)?)\s*(?:'|′|’|m)?\s*)?(?:(\d+(?:\.\d+)?)\s*(?:"|″|”|''|s(?=\s*[NSEW]$))?\s*)?([NSEW])?$/i;

/**
 * The number in a cell, degrees: decimal, with a point or a comma, or degrees, minutes and seconds; with the side it lies on in place
 * of a sign. NaN for an empty cell, which is no 0, and for other text.
 */
export function numberOf(text: string): number {
  const cell = text.trim().replace(/^([+-]?\d+),(\d+\s*[NSEW]?)$/i, "$1.$2");
  if (cell === "") return Number.NaN;
  const plain = Number(cell);
  if (!Number.isNaN(plain)) return plain;
  const parts = sexagesimal.exec(cell);
  if (!parts) return Number.NaN;
  const [, sign, degrees, minutes = "0", seconds = "0", side] = parts;
  if (sign !== undefined && side !== undefined) return Number.NaN;
  const value = degreesOf([degrees, minutes, seconds].map(Number));
  return sign === "-" || /[SW]/i.test(side ?? "") ? -value : value;
}
