/** Tables of figures, as Markdown, CSV and HTML. */
import { toCsvRows } from "../files/csv.js";
import { escapeXml } from "../files/escape-xml.js";
import type { Figure } from "./figure.js";

/**
 * A cell: text, a figure with its decimal digits and the factor that it is shown with, or nothing where a method has
 * none.
 */
export type Cell = string | { figure: Figure; digits: number; scale?: number } | undefined;

/** A table of figures. */
export interface Table {
  /** For file names. */
  name: string;
  title: string;
  /** Names of the columns. */
  head: string[];
  /** Cells by row, then by column. */
  rows: Cell[][];
}

/** The name of a column, and what gives its cell for a row. */
export type Column<T> = readonly [head: string, cell: (row: T) => Cell];

/** A table with one row for every item of `rows`. */
export const tableOf = <T>(name: string, title: string, columns: readonly Column<T>[], rows: readonly T[]): Table => ({
  name,
  title,
  head: columns.map(([head]) => head),
  rows: rows.map((row) => columns.map(([, cell]) => cell(row))),
});

/** A cell that shows a figure times `scale` with so many decimal digits; empty without a figure. */
export const cellOf = (figure: Figure | undefined, digits: number, scale = 1): Cell =>
  figure && { figure, digits, scale };

/** A cell that shows a share of 0 … 1 in per cent, with one decimal digit. */
export const percentOf = (figure: Figure | undefined): Cell => cellOf(figure, 1, 100);

/** A figure with half of its interval's width; an interval is rarely lopsided enough to need both ends. */
function text(cell: Cell): string {
  if (cell === undefined) return "–";
  if (typeof cell === "string") return cell;
  const { figure, digits, scale = 1 } = cell;
  const { low, high } = figure.interval;
  return `${(scale * figure.value).toFixed(digits)} ± ${((scale * (high - low)) / 2).toFixed(digits)}`;
}

/** The table as Markdown, below its title. */
export const toMarkdown = ({ title, head, rows }: Table): string =>
  [
    `**${title}**`,
    "",
    `| ${head.join(" | ")} |`,
    `|${head.map(() => "---").join("|")}|`,
    ...rows.map((r) => `| ${r.map(text).join(" | ")} |`),
    "",
  ].join("\n");

/** The table as CSV. Figures take three columns: the value, and the ends of its interval. */
export function toCsv({ head, rows }: Table): string {
  const isFigure = head.map((_, i) => rows.some((r) => typeof r[i] === "object"));
  const names = head.flatMap((h, i) => (isFigure[i] ? [h, `${h}: low`, `${h}: high`] : [h]));
  const lines = rows.map((row) =>
    row.flatMap((cell, i) => {
      if (!isFigure[i]) return [cell === undefined ? "" : String(cell)];
      if (typeof cell !== "object") return [cell ?? "", "", ""];
      const { figure, scale = 1 } = cell;
      return [figure.value, figure.interval.low, figure.interval.high].map((x) => String(scale * x));
    }),
  );
  return toCsvRows([names, ...lines]);
}

/** The table as an HTML `table`, its title the caption. */
export const toHtmlTable = ({ title, head, rows }: Table): string =>
  `<table><caption>${escapeXml(title)}</caption><thead><tr>${head.map((h) => `<th scope="col">${escapeXml(h)}</th>`).join("")}</tr></thead><tbody>
${rows.map((r) => `<tr>${r.map((c) => `<td>${escapeXml(text(c))}</td>`).join("")}</tr>`).join("\n")}
</tbody></table>`;
