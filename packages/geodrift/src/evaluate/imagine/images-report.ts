/** What an evaluation of pictures says, as a page of tables and sheets. */

import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { attributeNames } from "../../earth/attributes.js";
import { writeFileAtomically } from "../../files/atomic-file.js";
import { cannotWrite } from "../../files/system-error.js";
import { labelledSheet } from "../../imagine/sheet.js";
import { besideFile } from "../../imagine/write.js";
import { type Column, cellOf, percentOf, type Table, tableOf, toMarkdown } from "../table.js";
import { type BesideRow, besideConditions } from "./beside.js";
import {
  type GuidanceCell,
  type ImagesEvaluation,
  referenceSteps,
  type SetFigures,
  type SolvingCell,
} from "./evaluate-images.js";
import { type Row, realRow } from "./row.js";
import type { TargetSet } from "./targets.js";

const setTitles: Record<TargetSet, string> = {
  months: "Known places, months that no training showed",
  places: "Places that no training showed: the middles of the held-out discs",
};

/** @param real the row of the real views */
const rowColumns = (real: Row): readonly Column<Row>[] => [
  ["pictures", (r) => r.name],
  ["place score", (r) => cellOf(r.scores.place, 1)],
  ["of the real views', %", (r) => ((100 * r.scores.place.value) / real.scores.place.value).toFixed(0)],
  ["words score", (r) => cellOf(r.scores.words, 1)],
  ["average", (r) => cellOf(r.scores.average, 1)],
  ["round trip: median, km", (r) => cellOf(r.roundTrip?.medianKm, 0)],
  ["GeoScore", (r) => cellOf(r.roundTrip?.geoScore, 0)],
  ["in the 90 % region, %", (r) => percentOf(r.roundTrip?.covered)],
];

const scorerColumns: readonly Column<SetFigures>[] = [
  ["real views", (s) => setTitles[s.set]],
  ["place found among all, %", (s) => percentOf(s.judge.found)],
  ...attributeNames.map((name): Column<SetFigures> => [`${name}, %`, (s) => percentOf(s.judge.attributes[name])]),
];

const guidanceColumns: readonly Column<GuidanceCell>[] = [
  ["ω of the words", (c) => String(c.guidance.words)],
  ["ω of the place", (c) => String(c.guidance.place)],
  ["place score", (c) => cellOf(c.scores.place, 1)],
  ["words score", (c) => cellOf(c.scores.words, 1)],
  ["average", (c) => cellOf(c.scores.average, 1)],
];

const solvingColumns: readonly Column<SolvingCell>[] = [
  ["solver", (c) => c.solver],
  ["steps", (c) => String(c.steps)],
  ["evaluations", (c) => String(c.evaluations)],
  [`difference from ${referenceSteps} steps of Heun, of 255`, (c) => cellOf(c.difference, 2)],
];

const placeScoreOf = (row: string): Column<BesideRow> => [
  `place score: ${row}`,
  ({ rows }) => cellOf(rows.find((r) => r.name === row)?.scores.place, 1),
];
const roundTripOf = (row: string): Column<BesideRow> => [
  `round trip, km: ${row}`,
  ({ rows }) => cellOf(rows.find((r) => r.name === row)?.roundTrip?.medianKm, 0),
];

const besideColumns: readonly Column<BesideRow>[] = [
  ["model", (r) => r.model.name],
  ["pixels", (r) => String(r.size)],
  ["octaves of the place", (r) => String(r.octaves)],
  ["map", ({ map }) => (map.length === 0 ? "none" : map.map((l) => `${l.degrees}° × ${l.channels}`).join(", "))],
  ["weights", (r) => `${(r.weights / 1e6).toFixed(2)} M`],
  ...[realRow, ...besideConditions].map(placeScoreOf),
  ...besideConditions.slice(1).map(roundTripOf),
];

/** All tables of an evaluation of pictures. */
export function imagesTables({ sets, sensitivity, guidance, solving, beside }: ImagesEvaluation): Table[] {
  const sensitivityRows = [
    {
      name: "the same noise at another place",
      pixels: sensitivity.pixels.otherPlaces,
      judge: sensitivity.judge.otherPlaces,
    },
    {
      name: "the same place from another noise",
      pixels: sensitivity.pixels.otherNoise,
      judge: sensitivity.judge.otherNoise,
    },
  ];
  return [
    ...sets.map(({ set, rows }) => tableOf(set, setTitles[set], rowColumns(rows[0]), rows)),
    tableOf("judge", "What the judge reads off real views", scorerColumns, sets),
    tableOf(
      "sensitivity",
      "How far two pictures differ",
      [
        ["between", (r) => r.name],
        ["pixels, of 255", (r) => cellOf(r.pixels, 1)],
        ["1 − cosine, by the judge", (r) => cellOf(r.judge, 3)],
      ],
      sensitivityRows,
    ),
    ...(guidance.length > 0 ? [tableOf("guidance", "Guidance", guidanceColumns, guidance)] : []),
    ...(solving.length > 0 ? [tableOf("solving", "Few steps", solvingColumns, solving)] : []),
    ...(beside.length > 0
      ? [tableOf("beside", `Models beside each other: ${setTitles[sets[0].set]}`, besideColumns, beside)]
      : []),
  ];
}

/** The evaluation without its example pictures: what is written as JSON. */
export const withoutPictures = ({ sets, ...figures }: ImagesEvaluation) => ({
  ...figures,
  sets: sets.map(({ examples: _, ...set }) => set),
});

/**
 * Writes `file` (Markdown) with all tables, and beside it the evaluation as JSON and a sheet of pictures for each set of
 * targets.
 * @param command what the page says it was written by
 * @returns paths of the files written
 * @throws GeodriftError `disk` if a file cannot be written
 */
export async function writeImagesReport(
  file: string,
  command: string,
  evaluation: ImagesEvaluation,
): Promise<string[]> {
  await mkdir(dirname(file), { recursive: true }).catch(cannotWrite(file));
  const { sets } = evaluation;
  const files: [string, Uint8Array][] = [];
  const pages: string[] = [];
  for (const { set, examples } of sets) {
    const name = besideFile(file, `-${set}.png`);
    files.push([name, await labelledSheet(examples.map(({ pictures }) => ({ cells: pictures })))]);
    const told = examples.map(({ label }) => label).join("; ");
    pages.push(`![${setTitles[set]}](${name.split("/").at(-1)})\n\nFrom top to bottom: ${told}.\n`);
  }
  const { model, judge, locator, options } = evaluation;
  const text = [
    "# Pictures of places",
    "",
    `\`${command}\` wrote this page: \`${model.name}\` (${model.sha256.slice(0, 12)}), judged by \`${judge.name}\` (${judge.sha256.slice(0, 12)}), ` +
      `located again by \`${locator.name}\` (${locator.sha256.slice(0, 12)}); ${options.size} pixels, ${options.steps} steps of ${options.solver}, ` +
      `guidance ${options.guidance.words} by words and ${options.guidance.place} by place; ${options.n} targets of each set. ` +
      "After ± half of a 95 % interval by the bootstrap over targets.",
    "",
    "The place score is 100 times the cosine of a picture and a place in the judge's space; the words score is the share of what was told " +
      "that the judge reads off the picture, but for months that it has never seen; the average is of the two. Rows of real views say " +
      "what can be reached, and what chance gives. " +
      "The round trip locates satellite views; what is made without a place is sent round as well, from where its words were taken.",
    "",
    ...imagesTables(evaluation).map(toMarkdown),
    ...pages,
  ].join("\n");
  files.push([file, Buffer.from(text)]);
  files.push([besideFile(file, ".json"), Buffer.from(`${JSON.stringify(withoutPictures(evaluation), null, 1)}\n`)]);
  for (const [name, bytes] of files) await writeFileAtomically(name, bytes);
  return files.map(([name]) => name);
}
