import { existsSync } from "node:fs";
import { join } from "node:path";
import { fieldRenderer } from "@geodrift/core";
import { type FieldTruth, fieldTruth } from "../evaluate/landmark/field-truth.js";
import { type Column, cellOf, percentOf, tableOf, toMarkdown } from "../evaluate/table.js";
import { readLandmark, readShape } from "../landmarks/landmark.js";
import { shapeFile } from "../landmarks/shape-file.js";
import { loadField } from "../lift/field-file.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";

/** Flags of `geodrift evaluate-field`. */
export interface EvaluateFieldFlags {
  landmark: string;
  shapes?: string;
  /** Pixels along a side. */
  size: number;
  /** Degrees. */
  elevation: number;
  seed: number;
  json?: boolean;
}

type Row = FieldTruth & { field: string };

const columns: readonly Column<Row>[] = [
  ["field", (r) => r.field],
  ["silhouette IoU", (r) => cellOf(r.silhouette, 3)],
  ["depth, % of the height", (r) => percentOf(r.depth)],
  ["PSNR, dB", (r) => cellOf(r.psnr, 1)],
  ["SSIM", (r) => cellOf(r.ssim, 3)],
  ["normals, mean cosine", (r) => cellOf(r.normals, 3)],
  ["chamfer, % of the height", (r) => (100 * r.chamfer).toFixed(2)],
  ["F-score at one cell, two", (r) => r.fScore.map((f) => f.toFixed(3)).join(", ")],
];

/**
 * Compares fields with a landmark's own shape.
 * @throws GeodriftError for a landmark or a field that cannot be read
 */
export async function runEvaluateField(fields: readonly string[], flags: EvaluateFieldFlags): Promise<void> {
  const { landmark, folder } = await readLandmark(flags.landmark);
  const shape = await readShape(landmark, await shapeFile(landmark, { folders: [flags.shapes, folder] }));
  const renderer = fieldRenderer({ runtime: await onnxRuntime() });
  const rows: Row[] = [];
  try {
    for (const text of fields) {
      const inside = join(text, "field.safetensors");
      const { grid, unitM } = await loadField(existsSync(inside) ? inside : text);
      rows.push({ field: text, ...(await fieldTruth(grid, unitM, shape, renderer, flags)) });
    }
  } finally {
    await renderer.dispose();
  }
  const title = `${landmark.title}: ${flags.elevation}° above its centre, ${flags.size} pixels, 24 views`;
  process.stdout.write(
    flags.json ? `${JSON.stringify(rows)}\n` : `${toMarkdown(tableOf("truth", title, columns, rows))}\n`,
  );
}
