import { mkdir } from "node:fs/promises";
import { GeodriftError } from "@geodrift/core/errors";
import { type Command, Option } from "commander";
import { type Ablation, ablate, ablationRows } from "../evaluate/ablation.js";
import type { EmbeddedDataset } from "../evaluate/embedded-dataset.js";
import { type EvaluationRun, evaluationOf } from "../evaluate/evaluate.js";
import { isTable, openExamples } from "../evaluate/examples.js";
import { extremes } from "../evaluate/extremes.js";
import { outcomesBy } from "../evaluate/outcomes-in-threads.js";
import { type Drawing, distinctName, reportOf, writeReport } from "../evaluate/report.js";
import { toMarkdown } from "../evaluate/table.js";
import { openModel, type ResolvedModel, resolveModel } from "../models/load.js";
import { solvingOf } from "../models/solving.js";
import type { Dataset } from "../pictures/dataset.js";
import { type Part, parts } from "../split/split.js";
import { commandLine } from "./command-line.js";
import { addFigureOptions, type FigureFlags } from "./figure-options.js";
import { figuresAsked } from "./figures-asked.js";
import { decimalNumber, wholeNumber } from "./options.js";
import { withProgress } from "./progress.js";

interface Flags extends FigureFlags {
  encoder?: string;
  samples: number;
  steps?: number;
  guidance: number;
  seed: number;
  solver?: string;
  likelihoods?: number;
  most?: number;
  whole?: number;
  split?: string;
  part: Part;
  extremes?: number;
  ablations?: number;
  json?: boolean;
  out?: string;
}

/** `geodrift evaluate`. */
export function define(command: Command): void {
  addFigureOptions(command)
    .argument(
      "<models-and-dataset...>",
      "models by name or folder, and last a dataset: .csv of pictures, .parquet of embeddings, or .json of views",
    )
    .option("--encoder <name|folder|file>", "encoder in place of the models' own")
    .option("--samples <n>", "places drawn per picture", wholeNumber(8, 4096), 256)
    .option("--steps <n>", "steps from noise to places; the solver's own if left out", wholeNumber(1, 10_000))
    .option("--guidance <w>", "guidance of the guided sample", decimalNumber(0, 100), 2)
    .option("--seed <n>", "seed of the noise", wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option("--solver <name>", "solver of flows; the one that loses least if left out")
    .option(
      "--likelihoods <n>",
      "pictures whose likelihood is taken; all, but 64 for methods in R³",
      wholeNumber(1, 1e9),
    )
    .option("--most <n>", "pictures from the start of the dataset", wholeNumber(1, 1e9))
    .option("--whole <n>", "pictures whose distribution is also taken whole, on a mesh", wholeNumber(1, 1e9))
    .option("--split <file>", "of a table of embeddings: a split of geodrift split, of which one part is taken")
    .addOption(new Option("--part <name>", "that part").choices([...parts]).default("test"))
    .option("--extremes <n>", "draw so many of the most and of the least localizable pictures", wholeNumber(1, 100))
    .option("--ablations <n>", "compare guidance, solvers and steps on so many pictures", wholeNumber(4, 1e9))
    .option("--json", "one JSON object per model and line")
    .option("--out <folder>", "write tables, charts and a page that holds them all")
    .action(run);
}

async function run(names: string[], flags: Flags): Promise<void> {
  const models = names.slice(0, -1);
  const dataset = names[names.length - 1];
  if (models.length === 0) throw new GeodriftError("option", "a model or several are needed, and after them a dataset");
  const resolved: ResolvedModel[] = [];
  for (const name of models) {
    const one = await resolveModel(name, flags);
    solvingOf(one.description, flags, 0);
    resolved.push(one);
  }
  if (isTable(dataset) && flags.extremes !== undefined)
    throw new GeodriftError("option", "--extremes draws pictures, of which a table of embeddings holds none");
  const { json, out, most, split, part, extremes: extremeCount, ablations, official, ...options } = flags;
  if ((extremeCount ?? ablations) !== undefined && out === undefined)
    throw new GeodriftError("option", "--extremes and --ablations are written into a folder, which --out names");
  const { towns, groupings } = await figuresAsked(flags);
  if (out !== undefined) await mkdir(out, { recursive: true });
  const runs: EvaluationRun[] = [];
  const taken = new Set<string>();
  const embedded = new Map<string, { pictures?: Dataset; data: EmbeddedDataset }>();
  const drawings: Drawing[] = [];
  const ablated: { name: string; ablation: Ablation }[] = [];
  for (const one of resolved) {
    const loaded = await openModel(one);
    const description = { ...loaded.description, name: distinctName(loaded.description.name, taken) };
    const model = { ...loaded, description };
    const { encoder } = model;
    let known = embedded.get(encoder.sha256);
    if (!known) {
      const chosen = split === undefined ? undefined : { file: split, parts: [part] };
      const examples = await openExamples(dataset, loaded, { split: chosen, most });
      // A table is there at once.
      const count = examples.pictures ? (await examples.about()).count : 0;
      const data = await withProgress(count, (onExample) => examples.embedded(undefined, onExample));
      known = { pictures: examples.pictures, data };
      embedded.set(encoder.sha256, known);
    }
    const { pictures, data } = known;
    const run = await withProgress(data.ids.length, (onExample) =>
      outcomesBy(one, model, data, options, { onExample }),
    ).then((outcomes) => evaluationOf(model, data, outcomes, { ...options, official }, towns));
    if (extremeCount !== undefined && pictures) {
      const drawing = await extremes(model, pictures, data, run, options, extremeCount);
      if (drawing) drawings.push(drawing);
    }
    if (ablations !== undefined && description.method === "generative") {
      const ablation = await withProgress(ablationRows(description.path), (onRow) =>
        ablate(model, data, { ...options, most: ablations, onRow }),
      );
      ablated.push({ name: description.name, ablation });
    }
    await model.dispose();
    runs.push(run);
    if (json) process.stdout.write(`${JSON.stringify(run.evaluation)}\n`);
  }
  const report = reportOf(runs, ablated, drawings, groupings);
  if (!json) for (const table of report.tables) process.stdout.write(`${toMarkdown(table)}\n`);
  if (out !== undefined) await writeReport(out, report, commandLine());
}
