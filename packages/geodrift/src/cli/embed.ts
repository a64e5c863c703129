import { GeodriftError } from "@geodrift/core/errors";
import type { Command } from "commander";
import { embedSource, manifestFile, refusedFile } from "../embed/embed.js";
import { openEmbedding } from "../embed/opened.js";
import { PictureProcesses } from "../pictures/picture-processes.js";
import type { Invocation } from "./invocation.js";
import { exitCodes, reportError } from "./report-error.js";

interface Flags {
  out: string;
  encoder?: string;
  ready?: string;
}

/** `geodrift embed`. */
export function define(command: Command, { exit }: Invocation): void {
  command
    .argument("<source>", "folder of pictures with GPS, .csv, .parquet, .tar or folder of them, or OSV-5M")
    .requiredOption("-o, --out <file>", "the table, a .parquet file")
    .option("--encoder <name|folder|file>", "a known encoder, an .onnx file, a model folder, or weights")
    .option("--ready <name>", "take embeddings that lie ready: KEY.<name>.npy in tars, or a column of a .parquet table")
    .action(async (source: string, flags: Flags) => exit(await run(source, flags)));
}

async function run(path: string, { out, ...flags }: Flags): Promise<number> {
  if (!/\.parquet$/i.test(out)) throw new GeodriftError("option", `--out: the table is a .parquet file, got "${out}"`);
  const { source, encoder, about } = await openEmbedding({ path, ...flags });
  const began = performance.now();
  let code: number = exitCodes.done;
  let [shown, before] = [began, -1];
  try {
    const { rows, refused } = await embedSource(source, encoder, about(out), out, {
      reader: new PictureProcesses(),
      onWait: () => process.stderr.write(`${out}: another process is embedding into it; waiting\n`),
      onMistake(item, thrown) {
        code = reportError(thrown, item);
      },
      onProgress({ items, rows, refused }) {
        if (before < 0) before = items;
        if (performance.now() - shown < 10_000) return;
        shown = performance.now();
        const perSecond = (items - before) / ((shown - began) / 1000);
        process.stderr.write(`${rows} embedded, ${refused} refused, ${perSecond.toFixed(1)} a second\n`);
      },
    });
    process.stdout.write(`${out}: ${rows} embedded, ${refused} refused (${refusedFile(out)}), ${manifestFile(out)}\n`);
    if (rows > 0 || code !== exitCodes.done) return code;
    const why = refused > 0 ? `nothing could be embedded, ${refusedFile(out)} says why` : "holds no pictures";
    process.stderr.write(`geodrift: ${path}: ${why}\n`);
    return exitCodes.failed;
  } finally {
    await encoder?.dispose();
  }
}
