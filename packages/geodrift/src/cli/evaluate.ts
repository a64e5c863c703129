import { mkdir } from "node:fs/promises";
import { GeodriftError } from "@geodrift/core/errors";
import { type Command, Option } from "commander";
import { openDataset } from "../datasets/open-dataset.js";
import { readMask } from "../earth/raster.js";
import { type Ablation, ablate, ablationRows } from "../evaluate/ablation.js";
import { type EmbeddedDataset, embedDataset, embeddedTable } from "../evaluate/embedded-dataset.js";
import { type EvaluationRun, evaluate } from "../evaluate/evaluate.js";
import { extremes } from "../evaluate/extremes.js";
import { byClimate, byContinent, byLatitude } from "../evaluate/groups.js";
import { type Drawing, reportOf, writeReport } from "../evaluate/report.js";
import { toMarkdown } from "../evaluate/table.js";
import { openModel, type ResolvedModel, resolveModel } from "../models/load.js";
import { solvingOf } from "../models/solving.js";
import type { Dataset } from "../pictures/dataset.js";
import { gazetteer, readGazetteer } from "../places/bundled-towns.js";
import { type Part, parts } from "../split/split.js";
import { decimalNumber, wholeNumber } from "./options.js";
import { withProgress } from "./progress.js";

interface Flags {
  encoder?: string;
  samples: number;
  steps?: number;
  guidance: number;
  seed: number;
  solver?: string;
  likelihoods?: number;
  most?: number;
  whole?: number;
  official?: boolean;
  split?: string;
  part: Part;
  towns?: string;
  extremes?: number;
  ablations?: number;
  groups?: boolean;
  climates?: string;
  json?: boolean;
  out?: string;
}

/** `geodrift evaluate`. */
export function define(command: Command): void {
  command
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
    .option("--official", "areas as the released code tells them: nearest town in degrees, labels that lack are missed")
    .option("--towns <file>", "table of towns that tell the areas: lat, lon, name, admin1, admin2, cc; .csv or .csv.gz")
    .option("--extremes <n>", "draw so many of the most and of the least localizable pictures", wholeNumber(1, 100))
    .option("--ablations <n>", "compare guidance, solvers and steps on so many pictures", wholeNumber(4, 1e9))
    .option("--groups", "figures by latitude and by continent as well")
    .option("--climates <file>", "and by climate: a map of the classes of Köppen and Geiger, 0 to 30, .tif or .png")
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
  const table = /\.parquet$/i.test(dataset);
  if (flags.split !== undefined && !table)
    throw new GeodriftError("option", "--split is of a table of embeddings, a .parquet file of geodrift embed");
  if (table && flags.extremes !== undefined)
    throw new GeodriftError("option", "--extremes draws pictures, of which a table of embeddings holds none");
  const { json, out, most, split, part, towns: townsFile, extremes: extremeCount, ablations, ...rest } = flags;
  const { groups, climates, ...options } = rest;
  const groupings = [
    ...((groups ?? climates !== undefined) ? [byLatitude, byContinent] : []),
    ...(climates === undefined ? [] : [byClimate(await readMask(climates))]),
  ];
  if ((extremeCount ?? ablations) !== undefined && out === undefined)
    throw new GeodriftError("option", "--extremes and --ablations are written into a folder, which --out names");
  const towns = townsFile === undefined ? gazetteer() : await readGazetteer(townsFile);
  if (out !== undefined) await mkdir(out, { recursive: true });
  const runs: EvaluationRun[] = [];
  const taken = new Set<string>();
  const embedded = new Map<string, { opened?: Dataset; data: EmbeddedDataset }>();
  const drawings: Drawing[] = [];
  const ablated: { name: string; ablation: Ablation }[] = [];
  for (const one of resolved) {
    const loaded = await openModel(one);
    const description = { ...loaded.description, name: distinct(loaded.description.name, taken) };
    const model = { ...loaded, description };
    const { encoder } = model;
    let known = embedded.get(encoder.sha256);
    if (!known && table) {
      const chosen = split === undefined ? undefined : { file: split, parts: [part] };
      known = { data: await embeddedTable(dataset, encoder, loaded.description, { split: chosen, most }) };
      embedded.set(encoder.sha256, known);
    } else if (!known) {
      const opened = await openDataset(dataset, encoder.preparation);
      const data = await withProgress(Math.min(opened.length, most ?? opened.length), (onExample) =>
        embedDataset(opened, encoder, { most, onExample }),
      );
      known = { opened, data };
      embedded.set(encoder.sha256, known);
    }
    const { opened, data } = known;
    const run = await withProgress(data.ids.length, (onExample) =>
      evaluate(model, data, options, { towns, onExample }),
    );
    if (extremeCount !== undefined && opened) {
      const drawing = await extremes(model, opened, data, run, options, extremeCount);
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
  if (out !== undefined) await writeReport(out, report);
}

/** A name for rows and files that no other model of the run has. */
function distinct(name: string, taken: Set<string>): string {
  const plain = name.replaceAll(/[^\w.-]+/g, "-");
  let own = plain;
  for (let i = 2; taken.has(own); i++) own = `${plain}-${i}`;
  taken.add(own);
  return own;
}
