import type { Command } from "commander";
import { alone } from "../files/alone.js";
import { cannotWrite } from "../files/system-error.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import { type IndexOptions, indexTable } from "../train/index-table.js";
import { decimalNumber, wholeNumber } from "./options.js";

/** `geodrift index`. */
export function define(command: Command): void {
  command
    .argument("<table>", "a .parquet file of geodrift embed")
    .requiredOption("-o, --out <folder>", "the model, for --model")
    .option("--neighbours <n>", "nearest pictures whose places are the answer", wholeNumber(1, 10_000), 16)
    .option("--split <file>", "a split of the table, whose part train is indexed; the rest judges what is found")
    .option(
      "--lists <n>",
      "an index on disk with so many lists; by default from a million pictures on",
      wholeNumber(1, 65_536),
    )
    .option(
      "--recall <share>",
      "share of the true neighbours that an index on disk is to find",
      decimalNumber(0.5, 1),
      0.95,
    )
    .action(run);
}

async function run(table: string, { out: folder, ...options }: IndexOptions & { out: string }): Promise<void> {
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  // Its lock lies beside it.
  const out = folder.replace(/(?<=.)[\\/]+$/, "");
  const context = { runtime: await onnxRuntime(), report };
  const onWait = () => report(`${out}: another process is indexing there; waiting`);
  const made = await alone(out, () => indexTable(table, out, options, context), { onWait }).catch(cannotWrite(out));
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const how = made
    ? `${made.rows} pictures on disk, ${percent(made.search.recall)} of the true neighbours are found`
    : "all pictures are compared, in memory";
  process.stdout.write(`${out}: ${how}\n`);
  if (made && made.search.recall < options.recall)
    report(`geodrift: ${out}: fewer than the ${percent(options.recall)} that were asked for; fewer --lists find more`);
}
