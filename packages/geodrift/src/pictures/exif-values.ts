/** Values of EXIF tags, as the reader has them, as text and numbers. */

/** Gives the value of a tag by its name; undefined where the file has none. */
export type ExifValues = (name: string) => unknown;

/** A tag's text, without the zeros that end it; empty where there is none. */
export const exifText = (value: unknown): string =>
  String(Array.isArray(value) ? (value[0] ?? "") : (value ?? ""))
    .replace(/\0/g, "")
    .trim();

/** A tag's rationals, [numerator, denominator] each, as numbers; none where there is none. */
export const exifNumbers = (value: unknown): number[] =>
  Array.isArray(value) ? value.map((v) => (Array.isArray(v) ? Number(v[0]) / Number(v[1]) : Number(v))) : [];
