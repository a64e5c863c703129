/** CSV (RFC 4180) as spreadsheets and people's programs write and read it. */
import type { Options } from "csv-parse";
import { stringify } from "csv-stringify/sync";

/** Spreadsheets take a cell that begins so for a formula, and run it. */
const formula = /^'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

const isNumber = (text: string): boolean => text.trim() !== "" && Number.isFinite(Number(text));

/** A text that a spreadsheet would take for a formula gets an apostrophe in front, which `plainCell` takes away. */
const safeCell = (cell: string | number | null | undefined) =>
  typeof cell === "string" && formula.test(cell) && !isNumber(cell) ? `'${cell}` : cell;

/** A cell without the apostrophe that keeps spreadsheets from running it. */
export const plainCell = (cell: string): string =>
  cell.startsWith("'") && formula.test(cell.slice(1)) ? cell.slice(1) : cell;

/**
 * Rows as CSV (RFC 4180, lines end with `\n`): a cell is quoted where it holds a comma, a quote or a line break, or begins or ends
 * with a space; one that is null or undefined is empty; what a spreadsheet would run gets an apostrophe in front.
 */
export const toCsvRows = (rows: readonly (readonly (string | number | null | undefined)[])[]): string =>
  stringify(
    rows.map((row) => row.map(safeCell)),
    { quoted_match: /\r|^\s|\s$/ },
  );

/** What cells are divided by: commas, semicolons where commas are decimal, tabs, bars. */
const delimiters = [",", ";", "\t", "|"];

/** How a table is read, by its first line: divided by whatever divides that into most cells. */
export function csvOptions(beginning: string): Options {
  const head =
    beginning
      .replace(/^\uFEFF/, "")
      .replace(/"[^"]*"/g, "")
      .split(/\r?\n|\r/)
      .find((line) => line.trim()) ?? "";
  const cells = (delimiter: string) => head.split(delimiter).length;
  const delimiter = delimiters.reduce((a, b) => (cells(b) > cells(a) ? b : a));
  return { bom: true, delimiter, skip_empty_lines: true, trim: true, relax_column_count: true, cast: plainCell };
}
