/** What a study of lifts says, as a page of tables and a sheet. */
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import { fieldRenderer } from "@geodrift/core";
import { writeFileAtomically } from "../../files/atomic-file.js";
import { cannotWrite } from "../../files/system-error.js";
import { labelledSheet } from "../../imagine/sheet.js";
import { besideFile } from "../../imagine/write.js";
import type { LandmarkShape } from "../../landmarks/landmark.js";
import { isThere, rasterise } from "../../landmarks/rasterise.js";
import { loadField } from "../../lift/field-file.js";
import { coloursOf, showingCamera } from "../../lift/turntable.js";
import type { Picture } from "../../pictures/picture.js";
import { type Column, type Table, tableOf, toMarkdown } from "../table.js";
import { type FieldFigures, type FieldTruth, inUnits } from "./field-truth.js";
import { type LiftOutcome, liftRows } from "./lift-study.js";
import type { LikenessMeans } from "./likeness.js";

/** Lifts of one way. */
interface Row {
  title: string;
  outcomes: readonly LiftOutcome[];
}

/** A mean over seeds with its least and its greatest value; of one seed, that. Seeds without the figure are left out, and counted. */
function over({ outcomes }: Row, digits: number, read: (outcome: LiftOutcome) => number): string {
  const values = outcomes.map(read).filter((v) => !Number.isNaN(v));
  if (values.length === 0) return "–";
  const of = values.length < outcomes.length ? `, ${values.length} of ${outcomes.length}` : "";
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const [least, most] = [Math.min(...values), Math.max(...values)].map((v) => v.toFixed(digits));
  return least === most ? `${mean.toFixed(digits)}${of}` : `${mean.toFixed(digits)} (${least}–${most}${of})`;
}

const figureColumns = (read: (truth: FieldTruth) => FieldFigures): readonly Column<Row>[] => {
  const each = (digits: number, figure: (figures: FieldFigures) => number) => (r: Row) =>
    over(r, digits, ({ truth }) => figure(read(truth)));
  return [
    ["silhouette IoU", each(3, ({ silhouette }) => silhouette.value)],
    ["depth, % of the height", each(1, ({ depth }) => 100 * depth.value)],
    ["PSNR, dB", each(1, ({ psnr }) => psnr.value)],
    ["SSIM", each(3, ({ ssim }) => ssim.value)],
    ["normals, mean cosine", each(3, ({ normals }) => normals.value)],
    ["chamfer, % of the height", each(2, ({ chamfer }) => 100 * chamfer)],
    ["F-score at one cell", each(3, ({ fScore }) => fScore[0])],
  ];
};

const columns: readonly Column<Row>[] = [["what was lifted", (r) => r.title], ...figureColumns((truth) => truth)];

const placedColumns: readonly Column<Row>[] = [
  ["what was lifted", (r) => r.title],
  ["times as large", (r) => over(r, 2, ({ truth }) => truth.placed.scale)],
  ["moved upwards, % of the height", (r) => over(r, 1, ({ truth }) => 100 * truth.placed.up)],
  ...figureColumns(({ placed }) => placed),
];

const aroundColumns: readonly Column<Row>[] = [
  ["what was lifted", (r) => r.title],
  ["sides within one bin, %", (r) => over(r, 1, ({ around }) => 100 * around.field.angles.near.value)],
  ["median error, degrees", (r) => over(r, 1, ({ around }) => around.field.angles.medianDegrees.value)],
  ["faces", (r) => over(r, 1, ({ around }) => around.field.faces)],
  ["a second face", (r) => `${r.outcomes.filter(({ around }) => around.janus).length} of ${r.outcomes.length}`],
  ["back differs, of the shape", (r) => over(r, 2, ({ around }) => around.backDiffers)],
];

const likenessColumns: readonly Column<Row>[] = [
  ["what was lifted", (r) => r.title],
  ["taken for the landmark", (r) => over(r, 3, ({ likeness }) => likeness?.named.value ?? Number.NaN)],
  ["told from photographs, %", (r) => over(r, 1, ({ likeness }) => 100 * (likeness?.told.value ?? Number.NaN))],
];

const rowsOf = (outcomes: readonly LiftOutcome[]): Row[] =>
  [...new Set(outcomes.map(({ row }) => row))].map((row) => ({
    title: liftRows[row].title,
    outcomes: outcomes.filter((o) => o.row === row),
  }));

/**
 * Tables of a study.
 * @param best what likenesses can come to, where they are told
 */
export function liftTables(title: string, outcomes: readonly LiftOutcome[], best?: LikenessMeans["best"]): Table[] {
  const rows = rowsOf(outcomes);
  return [
    tableOf("truth", `${title}: beside its own shape`, columns, rows),
    tableOf("placed", `${title}: once each is as large and as high as fits best`, placedColumns, rows),
    tableOf(
      "around",
      `${title}: once around, by a judge (the shape itself has ${outcomes[0].around.shape.faces})`,
      aroundColumns,
      rows,
    ),
    ...(best
      ? [
          tableOf(
            "likeness",
            `${title}: how like it (its photographs: ${best.named.value.toFixed(3)}; the shape itself, unlit: ${best.shape.named.value.toFixed(3)} and ${(100 * best.shape.told.value).toFixed(1)} %)`,
            likenessColumns,
            rows,
          ),
        ]
      : []),
  ];
}

/** Sides of the sheet, and pixels of its pictures. */
const [sides, size] = [8, 96];

/** The shape, and the first field of each way, from eight sides. */
async function sheetOf(outcomes: readonly LiftOutcome[], { mesh }: LandmarkShape, runtime: Runtime) {
  const renderer = fieldRenderer({ runtime });
  const labels = Array.from({ length: sides }, (_, k) => `${(360 / sides) * k}°`);
  const rows: { label: string; cells: { label: string; picture: Picture }[] }[] = [];
  const firsts = outcomes.filter(({ row }, i) => outcomes.findIndex((o) => o.row === row) === i);
  try {
    for (const { row, folder } of firsts) {
      const { grid, unitM } = await loadField(join(folder, "field.safetensors"));
      const camera = (k: number) => showingCamera(grid, (360 / sides) * k, -12);
      if (rows.length === 0) {
        const own = inUnits(mesh, unitM);
        rows.push({
          label: "the shape",
          cells: labels.map((label, k) => {
            const { albedo, depth } = rasterise(own, camera(k), size);
            const there = (at: number) => isThere(depth[Math.floor(at / 3)]);
            const data = Uint8Array.from(albedo, (v, at) => (there(at) ? Math.round(255 * Math.min(1, v)) : 255));
            return { label, picture: { width: size, height: size, data } };
          }),
        });
      }
      const white = new Float32Array(3 * size * size).fill(1);
      const cells = [];
      for (const [k, label] of labels.entries()) {
        const seen = await renderer.render(grid, { camera: camera(k), size, planes: 2 * grid.across }, white);
        cells.push({ label, picture: coloursOf(seen, size) });
      }
      rows.push({ label: row, cells });
    }
  } finally {
    await renderer.dispose();
  }
  return labelledSheet(rows, size);
}

/** What a study was made of. */
export interface LiftStudyAbout {
  title: string;
  credit: string;
  /** What the page says it was written by. */
  command: string;
  model: { name: string; sha256: string };
  settings: { steps: number; size: number; seeds: number; weight: string; guidance: { words: number; place: number } };
  shape: LandmarkShape;
  /** What likenesses can come to, where they are told. */
  best?: LikenessMeans["best"];
}

/**
 * Writes `file` (Markdown) with the tables, and beside it the figures as JSON and a sheet of fields.
 * @returns paths of the files written
 * @throws GeodriftError `disk` if a file cannot be written
 */
export async function writeLiftReport(
  file: string,
  outcomes: readonly LiftOutcome[],
  { title, credit, command, model, settings, shape, best }: LiftStudyAbout,
  runtime: Runtime,
): Promise<string[]> {
  await mkdir(dirname(file), { recursive: true }).catch(cannotWrite(file));
  const sheet = besideFile(file, ".png");
  const { steps, size: cells, seeds, weight, guidance } = settings;
  const text = [
    `# ${title} in three dimensions`,
    "",
    `\`${command}\` wrote this page: \`${model.name}\` (${model.sha256.slice(0, 12)}), ${cells} pixels and cells across, ${steps} steps of four pictures` +
      `${seeds > 1 ? `, ${seeds} seeds: means, with the least and the greatest in brackets` : ", one seed"}. ` +
      `Distilled with the weight “${weight}”, guidance ${guidance.words} by words and ${guidance.place} by the angle. Shape: ${credit}.`,
    "",
    "Fields are compared with the shape from 24 sides that no photograph was taken from, 12° below its centre, 64 pixels. " +
      "A judge that has learned azimuths from the photographs looks at 72 views once around, before skies of photographs; " +
      "a face is a run of 20° and more that it takes for the front, give or take 30°, and a second one is one more than the shape itself has. " +
      "The back differs by the mean distance of views half a turn apart." +
      (best
        ? " Likeness stands in for scores of the paper whose networks are not here: the probability of the landmark's name, by a network that tells landmarks apart, and how often a small one that has learned it tells renders from held-out photographs, by the same cameras before the same skies."
        : ""),
    "",
    ...liftTables(title, outcomes, best).map(toMarkdown),
    `![The shape, and the first field of each way, from eight sides](${sheet.split("/").at(-1)})`,
    "",
  ].join("\n");
  const figures = outcomes.map(({ folder: _, ...rest }) => rest);
  const files: [string, Uint8Array][] = [
    [sheet, await sheetOf(outcomes, shape, runtime)],
    [file, Buffer.from(text)],
    [
      besideFile(file, ".json"),
      Buffer.from(`${JSON.stringify({ model, settings, ...(best && { best }), figures }, null, 1)}\n`),
    ],
  ];
  for (const [name, bytes] of files) await writeFileAtomically(name, bytes);
  return files.map(([name]) => name);
}
