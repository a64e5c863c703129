/** Everything that an evaluation says: tables, charts, and one page that holds them all. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Chart, chartSvg } from "../figures/chart.js";
import { writeFileAtomically } from "../files/atomic-file.js";
import { escapeXml } from "../files/escape-xml.js";
import { cannotWrite } from "../files/system-error.js";
import { type Ablation, ablationCharts, ablationTables } from "./ablation.js";
import { recallChart, reliabilityChart } from "./charts.js";
import type { Evaluation, EvaluationRun } from "./evaluate.js";
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
 * @param command that has made it, for whoever wants it again
 * @throws GeodriftError `disk` if a file cannot be written
 */
export async function writeReport(
  folder: string,
  { runs, tables, charts, drawings }: Report,
  command?: string,
): Promise<void> {
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
  await write(
    "report.html",
    page(`${dataset.name}, ${dataset.examples} examples`, [...tables, madeTable(evaluations)], drawn, command),
  );
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

/** Which weights, on what, asked how. */
const madeTable = (evaluations: readonly Evaluation[]): Table =>
  tableOf(
    "made",
    "How it was made",
    [
      ["model", (e) => e.model.name],
      ["method", (e) => e.model.method],
      ["sha256 of the weights", (e) => e.model.sha256],
      ["seed", (e) => String(e.options.seed)],
      ["samples", (e) => String(e.options.samples)],
      ["solver", (e) => e.options.solver],
      ["steps", (e) => e.options.steps?.toString()],
      ["guidance of the guided sample", (e) => String(e.options.guidance)],
      ["fingerprint of the dataset", (e) => e.dataset.fingerprint],
    ],
    evaluations,
  );

const page = (
  title: string,
  tables: readonly Table[],
  drawn: readonly Drawing[],
  command?: string,
): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>
:root { color-scheme: light dark; --line: #ddd; }
@media (prefers-color-scheme: dark) { :root { --line: #445; } }
body { font: 15px/1.45 system-ui, Helvetica, Arial, sans-serif; margin: 2rem auto; padding: 0 1rem; width: fit-content; max-width: 100%; }
table { border-collapse: collapse; font-size: 13px; margin: 1.5rem 0; }
caption { text-align: left; font-weight: 600; padding: .4rem 0; }
th, td { padding: .25rem .5rem; border-bottom: 1px solid var(--line); text-align: right; overflow-wrap: anywhere; min-width: 3.2em; }
th { vertical-align: bottom; }
th:first-child, td:first-child, td:nth-child(2) { text-align: left; min-width: 6em; }
figure { margin: 2rem 0; padding: .6rem; max-width: 60rem; background: #fff; border-radius: .4rem; }
figure svg { max-width: 100%; height: auto; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
</style></head>
<body>
<h1>${escapeXml(title)}</h1>
<p>After ± half of a 95 % interval by the bootstrap over examples.</p>
${command === undefined ? "" : `<p>Made by</p><pre>${escapeXml(command)}</pre>`}
${tables.map(toHtmlTable).join("\n")}
${drawn.map(({ title, svg }) => `<figure role="group" aria-label="${escapeXml(title)}">${svg}</figure>`).join("\n")}
</body>
</html>
`;
