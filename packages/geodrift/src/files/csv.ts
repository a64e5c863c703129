import { stringify } from "csv-stringify/sync";

/**
 * Rows as CSV (RFC 4180, lines end with `\n`): a cell is quoted where it holds a comma, a quote or a line break, or begins or ends
 * with a space; one that is null or undefined is empty.
 */
export const toCsvRows = (rows: readonly (readonly (string | number | null | undefined)[])[]): string =>
  stringify(rows as unknown[][], { quoted_match: /\r|^\s|\s$/ });
