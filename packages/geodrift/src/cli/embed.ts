import { dirname, relative } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import type { Command } from "commander";
import { openSource } from "../datasets/sources/index.js";
import type { PictureSource } from "../datasets/sources/source.js";
import { embedSource, manifestFile, refusedFile } from "../embed/embed.js";
import type { Provenance } from "../embed/embeddings-file.js";
import { encoderSource, isEncoderName, openEncoder } from "../models/encoders.js";
import { PictureProcesses } from "../pictures/picture-processes.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import type { Invocation } from "./invocation.js";
import { exitCodes, reportError } from "./report-error.js";

interface Flags {
  out: string;
  encoder?: string;
  ready?: string;
}

/** Encoders of PLONK's own tars, by the members that hold what they made (spec §7). */
const encodersOfReady: Record<string, string> = {
  street_clip: "streetclip",
  dinov2_vitl14_registers: "dinov2-vitl14-reg",
};

/** `geodrift embed`. */
export function define(command: Command, { exit }: Invocation): void {
  command
    .argument("<source>", "folder of pictures with GPS, .csv, .parquet, .tar or folder of them, or OSV-5M")
    .requiredOption("-o, --out <file>", "the table, a .parquet file")
    .option("--encoder <name|folder|file>", "a known encoder, an .onnx file, a model folder, or weights")
    .option("--ready <name>", "take embeddings that lie ready: KEY.<name>.npy in tars, or a column of a .parquet table")
    .action(async (source: string, flags: Flags) => exit(await run(source, flags)));
}

async function run(path: string, { out, ready, encoder: named }: Flags): Promise<number> {
  if (!/\.parquet$/i.test(out)) throw new GeodriftError("option", `--out: the table is a .parquet file, got "${out}"`);
  const name = named ?? encodersOfReady[ready ?? ""];
  if (name === undefined)
    throw new GeodriftError("option", "--encoder is needed, which says what the embeddings are made with");
  const source = await openSource(path, { ready });
  const from = await encoderSource(name);
  // Looking at the first item is dear where a source is millions of pictures in zips.
  const lies = ready === undefined ? undefined : await readyWidth(source);
  const encoder = lies === undefined ? await openEncoder(from, await onnxRuntime()) : undefined;
  const about: Provenance = {
    source: path,
    encoder: {
      // From the table on, so that both can be moved together.
      name: isEncoderName(name) ? name : relative(dirname(out), name) || ".",
      config: from.config,
      ...(encoder && { sha256: encoder.sha256 }),
    },
    width: encoder?.width ?? (lies as number),
    columns: [...source.columns],
  };
  const began = performance.now();
  let code: number = exitCodes.done;
  let [shown, before] = [began, -1];
  try {
    const { rows, refused } = await embedSource(source, encoder, about, out, {
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

/** The width of embeddings that lie ready in the source; undefined where it holds pictures. */
async function readyWidth(source: PictureSource): Promise<number | undefined> {
  for await (const { refused, embedding } of source.items()) {
    if (embedding?.length) return embedding.length;
    if (embedding) continue;
    if (refused === undefined) return undefined;
  }
  return undefined;
}
