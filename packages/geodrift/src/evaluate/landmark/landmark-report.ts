/** What an evaluation of a landmark's model says, as a page of tables and a sheet. */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { azimuthBins } from "@geodrift/core";
import { writeFileAtomically } from "../../files/atomic-file.js";
import { cannotWrite } from "../../files/system-error.js";
import { labelledSheet } from "../../imagine/sheet.js";
import { besideFile } from "../../imagine/write.js";
import { type Column, cellOf, percentOf, type Table, tableOf, toMarkdown } from "../table.js";
import type { AngleRow, LandmarkEvaluation } from "./evaluate-landmark.js";
import type { KeptRow } from "./kept.js";

const angleColumns: readonly Column<AngleRow>[] = [
  ["pictures", (r) => r.name],
  ["the asked bin of 36, %", (r) => percentOf(r.figures.right)],
  ["within one bin, %", (r) => percentOf(r.figures.near)],
  ["median error, degrees", (r) => cellOf(r.figures.medianDegrees, 1)],
  ["the other side, %", (r) => percentOf(r.figures.opposite)],
  ["of the ceiling, %", (r) => (100 * r.ofCeiling).toFixed(0)],
];

const keptColumns: readonly Column<KeptRow>[] = [
  ["model, told words alone", (r) => r.name],
  ["other landmarks: the named one, %", (r) => percentOf(r.others)],
  ["its own: the named weather, %", (r) => percentOf(r.weather)],
];

/** Tables of an evaluation. */
export const landmarkTables = ({ landmark, rows, kept }: LandmarkEvaluation): Table[] => [
  tableOf("angles", `${landmark}: from which side (random: ${(100 / azimuthBins).toFixed(2)} %)`, angleColumns, rows),
  ...(kept.length > 0 ? [tableOf("kept", `${landmark}: what is kept of the general model`, keptColumns, kept)] : []),
];

/** The evaluation without its pictures: what is written as JSON. */
export const withoutExamples = ({ examples: _, ...rest }: LandmarkEvaluation) => rest;

/**
 * Writes `file` (Markdown) with the tables, and beside it the evaluation as JSON and a sheet of pictures by azimuth.
 * @param command what the page says it was written by
 * @returns paths of the files written
 * @throws GeodriftError `disk` if a file cannot be written
 */
export async function writeLandmarkReport(
  file: string,
  command: string,
  evaluation: LandmarkEvaluation,
): Promise<string[]> {
  await mkdir(dirname(file), { recursive: true }).catch(cannotWrite(file));
  const { landmark, model, options, examples } = evaluation;
  const sheet = besideFile(file, ".png");
  const cell = (label: string, picture: (typeof examples)[number]["photograph"]) => ({ label, picture });
  const rows = [
    { label: "held-out photographs", cells: examples.map((e) => cell(`${e.azimuth}°`, e.photograph)) },
    ...examples[0].made.map((_, k) => ({
      label: `made, seed ${k + 1}`,
      cells: examples.map((e) => cell(`${e.azimuth}°`, e.made[k])),
    })),
  ];
  const text = [
    `# ${landmark} by angle`,
    "",
    `\`${command}\` wrote this page: \`${model.name}\` (${model.sha256.slice(0, 12)}); ${options.n} pictures of every bin of ${360 / azimuthBins}°, ` +
      `${options.steps} steps of ${options.solver}, guidance ${options.guidance.words} by words and ${options.guidance.place} by the angle. ` +
      "After ± half of a 95 % interval by the bootstrap over pictures.",
    "",
    "The judge is a small network that has learned azimuths from the same training photographs, by their GPS positions, errors included. " +
      "What it says of photographs that nobody has learned from, whose azimuths are known exactly, is the ceiling. " +
      "All photographs are rendered from one model of the landmark: that is easier than tourists' photographs.",
    "",
    ...landmarkTables(evaluation).map(toMarkdown),
    `![Pictures by azimuth](${sheet.split("/").at(-1)})`,
    "",
  ].join("\n");
  const files: [string, Uint8Array][] = [
    [sheet, await labelledSheet(rows, 64)],
    [file, Buffer.from(text)],
    [besideFile(file, ".json"), Buffer.from(`${JSON.stringify(withoutExamples(evaluation), null, 1)}\n`)],
  ];
  for (const [name, bytes] of files) await writeFileAtomically(name, bytes);
  return files.map(([name]) => name);
}
