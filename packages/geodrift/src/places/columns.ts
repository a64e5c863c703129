/** Names that columns of tables go by. */
export const latitudes = ["lat", "latitude"];
/** Names of columns of longitudes, in lower case. */
export const longitudes = ["lng", "lon", "long", "longitude"];
/** Names of columns of paths of pictures, in lower case. */
export const pictures = ["file", "image", "path", "picture", "filename"];
/** Names of columns of keys, in lower case. */
export const identifiers = ["id", "key"];

/** Index of the first of the names that stands in the head of a table, which is in lower case; −1 if none does. */
export const findColumn = (head: readonly string[], names: readonly string[]): number =>
  head.findIndex((_, at) => head[at] === names.find((name) => head.includes(name)));

/** The number in a cell; NaN for an empty cell, which is no 0, and for text. */
export const numberOf = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));
