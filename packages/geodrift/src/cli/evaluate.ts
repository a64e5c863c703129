import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { solverFor } from "@geodrift/core";
import type { Command } from "commander";
import * as ort from "onnxruntime-node";
import { openDataset } from "../data/open-dataset.js";
import { type Evaluation, evaluate } from "../evaluate/evaluate.js";
import { distributionTable, guessTable, toCsv, toMarkdown } from "../evaluate/tables.js";
import { loadModel, modelFolder } from "../models/load.js";
import { writeFileAtomically } from "../models/tensor-file.js";
import { decimalNumber, wholeNumber } from "./options.js";
import { progress } from "./progress.js";
import { UsageError, usage } from "./usage-error.js";

interface Flags {
  samples: number;
  steps: number;
  guidance: number;
  seed: number;
  solver?: string;
  most?: number;
  json?: boolean;
  out?: string;
}

/** `geodrift evaluate`. */
export function addEvaluate(program: Command): void {
  program
    .command("evaluate")
    .description("how good models are on pictures whose places are known")
    .argument(
      "<models-and-dataset...>",
      "models by name or folder, and last a dataset: .csv of pictures, or .json of views",
    )
    .option("--samples <n>", "places drawn per picture", wholeNumber(8, 4096), 256)
    .option("--steps <n>", "steps from noise to places", wholeNumber(1, 10_000), 32)
    .option("--guidance <w>", "guidance of the guided sample", decimalNumber(0, 100), 2)
    .option("--seed <n>", "seed of the noise", wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option("--solver <name>", "solver of flows")
    .option("--most <n>", "pictures from the start of the dataset", wholeNumber(1, 1e9))
    .option("--json", "one JSON object per model and line")
    .option("--out <folder>", "write tables as .md and .csv, and everything as .json")
    .action(run);
}

async function run(names: string[], flags: Flags): Promise<void> {
  const models = names.slice(0, -1);
  const dataset = names[names.length - 1];
  if (models.length === 0) throw new UsageError("evaluate wants a model or several, and after them a dataset");
  for (const name of models) usage(() => modelFolder(name));
  const { json, out, ...options } = flags;
  const evaluations: Evaluation[] = [];
  for (const name of models) {
    const model = await loadModel(name, ort);
    const { description } = model;
    if (description.method === "generative") usage(() => solverFor(description.path, flags.solver));
    const data = await openDataset(dataset, model.encoder.size);
    const bar = progress(Math.min(data.length, flags.most ?? data.length));
    const evaluation = await evaluate(model, data, { ...options, onExample: () => bar.advance(1) }).finally(() =>
      bar.stop(),
    );
    await model.dispose();
    evaluations.push(evaluation);
    if (json) process.stdout.write(`${JSON.stringify(evaluation)}\n`);
  }
  const tables = { guesses: guessTable(evaluations), distributions: distributionTable(evaluations) };
  if (!json) for (const table of Object.values(tables)) process.stdout.write(`${toMarkdown(table)}\n`);
  if (out === undefined) return;
  await mkdir(out, { recursive: true });
  const write = (file: string, text: string) => writeFileAtomically(join(out, file), Buffer.from(text));
  for (const [name, table] of Object.entries(tables)) {
    await write(`${name}.md`, toMarkdown(table));
    await write(`${name}.csv`, toCsv(table));
  }
  await write("evaluations.json", `${JSON.stringify(evaluations, null, 1)}\n`);
}
