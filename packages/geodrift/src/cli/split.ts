import { GeodriftError } from "@geodrift/core/errors";
import { type Command, Option } from "commander";
import { openEmbeddings } from "../embed/embeddings-file.js";
import { readPlacesOf } from "../embed/read-embeddings.js";
import { minGapKm, parts, type SplitOptions, splitKinds, splitPlaces } from "../split/split.js";
import { writeSplit } from "../split/split-file.js";
import { decimalNumber, wholeNumber } from "./options.js";

/** `geodrift split`. */
export function define(command: Command): void {
  command
    .argument("<table>", "a .parquet file of geodrift embed")
    .requiredOption("-o, --out <file>", "the split, a .csv file with id and part")
    .addOption(new Option("--by <what>", "what stays together").choices([...splitKinds]).default("blocks"))
    .option("--km <km>", "side of a block, or largest gap within a cluster", decimalNumber(0.01, 10_000), 100)
    .option("--test <share>", "share of the pictures", decimalNumber(0, 0.9), 0.1)
    .option("--validation <share>", "share of the pictures", decimalNumber(0, 0.9), 0)
    .option("--seed <n>", "seed of the choice", wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .action(run);
}

async function run(
  table: string,
  { out, by, ...options }: Omit<SplitOptions, "kind"> & { out: string; by: SplitOptions["kind"] },
): Promise<void> {
  if (!/\.csv$/i.test(out)) throw new GeodriftError("option", `--out: the split is a .csv file, got "${out}"`);
  if (options.test + options.validation > 0.95)
    throw new GeodriftError(
      "option",
      `--test and --validation leave nothing to train on: ${options.test} and ${options.validation}`,
    );
  const { ids, places } = await readPlacesOf(await openEmbeddings(table));
  if (ids.length === 0) throw new GeodriftError("data", `${table}: holds no rows to split`);
  const part = splitPlaces(places, { kind: by, ...options });
  for (const name of ["test", "validation"] as const)
    if (options[name] > 0 && !part.includes(name))
      throw new GeodriftError(
        "data",
        `${table}: no group of ${by} is small enough for the part ${name}; a smaller --km makes smaller ones`,
      );
  await writeSplit(out, ids, part);
  const counts = parts.map((p) => `${part.filter((q) => q === p).length} ${p}`).join(", ");
  const gap = minGapKm(places, part);
  const apart = Number.isFinite(gap) ? `; at least ${gap.toFixed(1)} km between training and the rest` : "";
  process.stdout.write(`${out}: ${counts}${apart}\n`);
}
