/** Tables of figures, as Markdown, CSV and HTML. */
import { csvCell } from "../files/csv-cell.js";
import { escapeXml } from "../files/escape-xml.js";
import type { Figure } from "./figure.js";

/** Text, a figure as it is to be read, or nothing where a method has none. */
export type Cell = string | { figure: Figure; digits: number; scale?: number } | undefined;

export interface Table {
  /** For file names. */
  name: string;
  title: string;
  head: string[];
  rows: Cell[][];
}

/** What a column is called and where its cell comes from. */
export type Column<T> = readonly [head: string, cell: (row: T) => Cell];

export const tableOf = <T>(name: string, title: string, columns: readonly Column<T>[], rows: readonly T[]): Table => ({
  name,
  title,
  head: columns.map(([head]) => head),
  rows: rows.map((row) => columns.map(([, cell]) => cell(row))),
});

export const cellOf = (figure: Figure | undefined, digits: number, scale = 1): Cell =>
  figure && { figure, digits, scale };

export const percentOf = (figure: Figure | undefined): Cell => cellOf(figure, 1, 100);

/** A figure with half of its interval's width; an interval is rarely lopsided enough to need both ends. */
function text(cell: Cell): string {
  if (cell === undefined) return "–";
  if (typeof cell === "string") return cell;
  const { figure, digits, scale = 1 } = cell;
  const { low, high } = figure.interval;
  return `${(scale * figure.value).toFixed(digits)} ± ${((scale * (high - low)) / 2).toFixed(digits)}`;
}

export const toMarkdown = ({ title, head, rows }: Table): string =>
  [
    `**${title}**`,
    "",
    `| ${head.join(" | ")} |`,
    `|${head.map(() => "---").join("|")}|`,
    ...rows.map((r) => `| ${r.map(text).join(" | ")} |`),
    "",
  ].join("\n");

/** Figures take three columns: the value, and the ends of its interval. */
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
  return `${[names, ...lines].map((r) => r.map(csvCell).join(",")).join("\n")}\n`;
}

export const toHtmlTable = ({ title, head, rows }: Table): string =>
  `<table><caption>${escapeXml(title)}</caption><thead><tr>${head.map((h) => `<th scope="col">${escapeXml(h)}</th>`).join("")}</tr></thead><tbody>
${rows.map((r) => `<tr>${r.map((c) => `<td>${escapeXml(text(c))}</td>`).join("")}</tr>`).join("\n")}
</tbody></table>`;
