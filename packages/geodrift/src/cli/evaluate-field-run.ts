import { existsSync } from "node:fs";
import { join } from "node:path";
import { fieldRenderer } from "@geodrift/core";
import { type FieldFigures, type FieldTruth, fieldTruth } from "../evaluate/landmark/field-truth.js";
import { type JanusFigures, janusFigures } from "../evaluate/landmark/janus.js";
import { janusOptions } from "../evaluate/landmark/janus-options.js";
import { type Cell, type Column, cellOf, percentOf, tableOf, toMarkdown } from "../evaluate/table.js";
import { readLandmark, readShape } from "../landmarks/landmark.js";
import { shapeFile } from "../landmarks/shape-file.js";
import { loadField } from "../lift/field-file.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";

/** Flags of `geodrift evaluate-field`. */
export interface EvaluateFieldFlags {
  landmark: string;
  shapes?: string;
  photographs?: string;
  epochs: number;
  work: string;
  /** Pixels along a side. */
  size: number;
  /** Degrees. */
  elevation: number;
  seed: number;
  json?: boolean;
}

const said = (line: string) => process.stderr.write(`${line}\n`);

type Row = FieldTruth & { field: string; around?: JanusFigures };

const figureColumns = (read: (row: Row) => FieldFigures): readonly Column<Row>[] => [
  ["silhouette IoU", (r) => cellOf(read(r).silhouette, 3)],
  ["depth, % of the height", (r) => percentOf(read(r).depth)],
  ["PSNR, dB", (r) => cellOf(read(r).psnr, 1)],
  ["SSIM", (r) => cellOf(read(r).ssim, 3)],
  ["normals, mean cosine", (r) => cellOf(read(r).normals, 3)],
  ["chamfer, % of the height", (r) => (100 * read(r).chamfer).toFixed(2)],
  [
    "F-score at one cell, two",
    (r) =>
      read(r)
        .fScore.map((f) => f.toFixed(3))
        .join(", "),
  ],
];

const columns: readonly Column<Row>[] = [["field", (r) => r.field], ...figureColumns((r) => r)];

const placedColumns: readonly Column<Row>[] = [
  ["field", (r) => r.field],
  ["times as large", (r) => r.placed.scale.toFixed(2)],
  ["moved upwards, % of the height", (r) => (100 * r.placed.up).toFixed(1)],
  ...figureColumns((r) => r.placed),
];

const groundColumns: readonly Column<Row>[] = [
  ["field", (r) => r.field],
  ["ground, mean error, m", (r) => r.ground?.meanM.toFixed(0) ?? ""],
  ["median error, m", (r) => r.ground?.medianM.toFixed(0) ?? ""],
  ["of the ground that is there, %", (r) => (100 * (r.ground?.covered ?? 0)).toFixed(1)],
  ["a plain at the best height, m", (r) => r.ground?.plainM.toFixed(0) ?? ""],
];

const around = (read: (figures: JanusFigures) => Cell) => (r: Row) => (r.around ? read(r.around) : "");
const janusColumns: readonly Column<Row>[] = [
  ["field", (r) => r.field],
  ["within one bin, %", around(({ field }) => percentOf(field.angles.near))],
  ["median error, degrees", around(({ field }) => cellOf(field.angles.medianDegrees, 1))],
  ["faces (of the shape)", around(({ field, shape }) => `${field.faces} (${shape.faces})`)],
  ["a second face?", around(({ janus }) => (janus ? "yes" : "no"))],
  ["back differs, of the shape", around(({ backDiffers }) => backDiffers.toFixed(2))],
];

/**
 * Compares fields with a landmark's own shape.
 * @throws GeodriftError for a landmark or a field that cannot be read
 */
export async function runEvaluateField(fields: readonly string[], flags: EvaluateFieldFlags): Promise<void> {
  const { landmark, folder } = await readLandmark(flags.landmark);
  const shape = await readShape(landmark, await shapeFile(landmark, { folders: [flags.shapes, folder] }));
  const runtime = await onnxRuntime();
  const renderer = fieldRenderer({ runtime });
  const looks =
    flags.photographs === undefined ? undefined : await janusOptions(flags.photographs, landmark, flags, runtime, said);
  const rows: Row[] = [];
  try {
    for (const text of fields) {
      const inside = join(text, "field.safetensors");
      const { grid, unitM } = await loadField(existsSync(inside) ? inside : text);
      const truth = await fieldTruth(grid, unitM, shape, renderer, flags);
      const figures = looks && (await janusFigures(grid, unitM, shape, renderer, looks));
      rows.push({ field: text, ...truth, ...(figures && { around: figures }) });
    }
  } finally {
    await renderer.dispose();
    await looks?.judge.dispose();
  }
  const title = `${landmark.title}: ${flags.elevation}° above its centre, ${flags.size} pixels, 24 views`;
  const tables = [
    tableOf("truth", title, columns, rows),
    tableOf("placed", `${landmark.title}: once each is as large and as high as fits best`, placedColumns, rows),
  ];
  if (shape.exaggeration)
    tables.push(tableOf("ground", `${landmark.title}: its ground, from above, as high as it is`, groundColumns, rows));
  if (looks) tables.push(tableOf("janus", `${landmark.title}: 72 views once around, by a judge`, janusColumns, rows));
  process.stdout.write(flags.json ? `${JSON.stringify(rows)}\n` : `${tables.map(toMarkdown).join("\n\n")}\n`);
}
