/** Everything that an evaluation says: tables, charts, and one page that holds them all. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Chart, chartSvg } from "../figures/chart.js";
import { writeFileAtomically } from "../files/atomic-file.js";
import { escapeXml } from "../files/escape-xml.js";
import { cannotWrite } from "../files/system-error.js";
import { type Ablation, ablationCharts, ablationTables } from "./ablation.js";
import { recallChart, reliabilityChart } from "./charts.js";
import type { EvaluationRun } from "./evaluate.js";
import { type Grouping, groupTable } from "./groups.js";
import { type Table, tableOf, toCsv, toHtmlTable, toMarkdown } from "./table.js";
import { calibrationTable, distributionTable, guessTable, officialTable } from "./tables.js";

/** A drawing that is not a chart. */
export interface Drawing {
  /** For file names. */
  name: string;
  title: string;
  /** The SVG document. */
  svg: string;
}

/** What `writeReport` writes. */
export interface Report {
  runs: readonly EvaluationRun[];
  tables: readonly Table[];
  charts: readonly Chart[];
  drawings: readonly Drawing[];
}

/**
 * A name for rows and files that no other model of a report has.
 * @param taken names of the others, to which it is added
 */
export function distinctName(name: string, taken: Set<string>): string {
  const plain = name.replaceAll(/[^\w.-]+/g, "-");
  let own = plain;
  for (let i = 2; taken.has(own); i++) own = `${plain}-${i}`;
  taken.add(own);
  return own;
}

/**
 * Tables and charts of evaluations.
 * @param runs evaluations of one dataset, one or more
 * @param ablated ablations of some of the models
 * @param groupings by which figures are told besides
 */
export function reportOf(
  runs: readonly EvaluationRun[],
  ablated: readonly { name: string; ablation: Ablation }[] = [],
  drawings: readonly Drawing[] = [],
  groupings: readonly Grouping[] = [],
): Report {
  const evaluations = runs.map((r) => r.evaluation);
  const spread = evaluations.some((e) => e.regions);
  return {
    runs,
    tables: [
      guessTable(evaluations),
      distributionTable(evaluations),
      ...(spread ? [calibrationTable(evaluations)] : []),
      officialTable(evaluations),
      ...(groupings.length > 0 ? [groupTable(runs, groupings)] : []),
      ...ablated.flatMap(({ name, ablation }) => ablationTables(name, ablation)),
    ],
    charts: [
      ...(spread ? [reliabilityChart(evaluations)] : []),
      recallChart(evaluations),
      ...ablated.flatMap(({ name, ablation }) => ablationCharts(name, ablation)),
    ],
    drawings,
  };
}

/**
 * Writes tables as .md and .csv, charts and drawings as .svg, everything as report.html, and evaluations.json, into a
 * folder that is made if need be.
 * @throws GeodriftError `disk` if a file cannot be written
 */
export async function writeReport(folder: string, { runs, tables, charts, drawings }: Report): Promise<void> {
  await mkdir(folder, { recursive: true }).catch(cannotWrite(folder));
  const write = (file: string, text: string) => writeFileAtomically(join(folder, file), Buffer.from(text));
  const evaluations = runs.map((r) => r.evaluation);
  await write("evaluations.json", `${JSON.stringify(evaluations, null, 1)}\n`);
  for (const table of tables) {
    await write(`${table.name}.md`, toMarkdown(table));
    await write(`${table.name}.csv`, toCsv(table));
  }
  for (const { evaluation, examples } of runs)
    await write(`examples-${evaluation.model.name}.csv`, toCsv(examplesTable(examples)));
  const drawn = [...charts.map((c) => ({ name: c.name, title: c.title, svg: chartSvg(c) })), ...drawings];
  for (const { name, svg } of drawn) await write(`${name}.svg`, svg);
  const [{ dataset }] = evaluations;
  await write("report.html", page(`${dataset.name}, ${dataset.examples} examples`, tables, drawn));
}

const examplesTable = (examples: EvaluationRun["examples"]): Table =>
  tableOf(
    "examples",
    "Examples",
    [
      ["id", (e) => e.id],
      ["lat", (e) => String(e.truth.lat)],
      ["lng", (e) => String(e.truth.lng)],
      ["guess lat", (e) => String(e.guess.lat)],
      ["guess lng", (e) => String(e.guess.lng)],
      ["distance, km", (e) => String(e.distanceKm)],
      ["localizability, bits", (e) => e.localizabilityBits?.toString()],
      ["credible level", (e) => e.credibleLevel?.toString()],
    ],
    examples,
  );

const page = (title: string, tables: readonly Table[], drawn: readonly Drawing[]): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>
body { font: 15px/1.45 system-ui, Helvetica, Arial, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
table { border-collapse: collapse; font-size: 13px; margin: 1.5rem 0; display: block; overflow-x: auto; }
caption { text-align: left; font-weight: 600; padding: .4rem 0; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid #ddd; text-align: right; white-space: nowrap; }
th:first-child, td:first-child, td:nth-child(2) { text-align: left; }
figure { margin: 2rem 0; }
figure svg { max-width: 100%; height: auto; }
</style></head>
<body>
<h1>${escapeXml(title)}</h1>
<p>After ± half of a 95 % interval by the bootstrap over examples.</p>
${tables.map(toHtmlTable).join("\n")}
${drawn.map(({ title, svg }) => `<figure role="group" aria-label="${escapeXml(title)}">${svg}</figure>`).join("\n")}
</body>
</html>
`;
