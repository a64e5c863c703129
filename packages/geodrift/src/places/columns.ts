/** Names that columns of tables go by. */
export const latitudes = ["lat", "latitude"];
export const longitudes = ["lng", "lon", "long", "longitude"];
export const pictures = ["file", "image", "path", "picture", "filename"];
export const identifiers = ["id", "key"];

/** Where the first of the names that is there stands in the head of a table, which is in lower case; −1 if none is. */
export const findColumn = (head: readonly string[], names: readonly string[]): number =>
  head.indexOf(names.find((name) => head.includes(name)) ?? "");

/** A number, and no number for an empty cell, which is no 0. */
export const numberOf = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));
