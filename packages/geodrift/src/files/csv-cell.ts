/**
 * Text as a cell of a CSV file (RFC 4180): quoted where it holds a comma, a quote or a line break, or begins or ends with
 * a space.
 */
export const csvCell = (text: string): string =>
  /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
