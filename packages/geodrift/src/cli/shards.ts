/** `geodrift shards`: work that is too much for one machine, as array jobs of engines that exist. */
import { type Command, Option } from "commander";
import { type Engine, engines } from "../shards/job.js";
import { parts } from "../split/split.js";
import { addFigureOptions } from "./figure-options.js";
import type { Invocation } from "./invocation.js";
import { decimalNumber, wholeNumber } from "./options.js";

/** What the commands do, loaded when one of them runs. */
const running = () => import("./shards-run.js");

/** `geodrift shards`. */
export function define(shards: Command, { exit }: Invocation): void {
  const command = (name: string, description: string) =>
    shards.command(name).description(description).exitOverride().showSuggestionAfterError();

  command(
    "plan",
    "cut the embedding of a source, the locating of a folder's pictures, or an evaluation, into shards; no picture is read",
  )
    .argument(
      "<source>",
      "to embed: folder of pictures with GPS, .csv, .parquet, .tar or folder of them, or OSV-5M; to locate: a folder; to evaluate: .csv of pictures, .parquet of embeddings, .json of views",
    )
    .requiredOption("-o, --out <folder>", "folder of the work, which every machine sees")
    .option("--encoder <name|folder|file>", "a known encoder, an .onnx file, a model folder, or weights")
    .option("--model <name|folder|file>", "pictures are located by this model, and not embedded")
    .option("--evaluate <name|folder|file>", "this model is evaluated on a dataset, and nothing embedded")
    .option("--ready <name>", "take embeddings that lie ready: KEY.<name>.npy in tars, or a column of a .parquet table")
    .option("--items <n>", "items of a shard: some ten minutes' work", wholeNumber(1, 100_000), 2048)
    .option("--samples <n>", "to locate, to evaluate: places drawn per picture; 256 if left out", wholeNumber(2, 4096))
    .option(
      "--steps <n>",
      "to locate, to evaluate: steps from noise to places; the solver's own if left out",
      wholeNumber(1, 10_000),
    )
    .option(
      "--guidance <w>",
      "to locate: strength of guidance, 0 if left out; to evaluate: of the guided sample, 2",
      decimalNumber(0, 100),
    )
    .option("--seed <n>", "to locate, to evaluate: seed of the noise", wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .option("--solver <name>", "to locate, to evaluate: solver of the flow; the one that loses least if left out")
    .option("--prior <where>", "to locate: what is known besides, as of locate")
    .option("--abstain <bits>", "to locate: bits below which the answer is marked as no answer", decimalNumber(-4, 30))
    .option("--most <n>", "to evaluate: pictures from the start of the dataset", wholeNumber(1, 1e9))
    .option(
      "--likelihoods <n>",
      "to evaluate: pictures whose likelihood is taken; all, but 64 for methods in R³",
      wholeNumber(1, 1e9),
    )
    .option(
      "--whole <n>",
      "to evaluate: pictures whose distribution is also taken whole, on a mesh",
      wholeNumber(1, 1e9),
    )
    .option(
      "--split <file>",
      "to evaluate, of a table of embeddings: a split of geodrift split, of which one part is taken",
    )
    .addOption(new Option("--part <name>", "to evaluate: that part; test if left out").choices([...parts]))
    .action(async (source, flags) => (await running()).plan(source, flags));

  command("run", "make the shards of one task of an array job, or all; those that are done are left")
    .argument("<folder>", "folder of the work")
    .option(
      "--index <i>",
      "number of the task, from 0 on; what the engine says if left out",
      wholeNumber(0, 10_000_000),
    )
    .option("--of <n>", "tasks: this one makes every n-th shard", wholeNumber(1, 10_000_000))
    .action(async (folder, flags) => exit(await (await running()).run(folder, flags)));

  command("job", "print the array job of an engine that makes the shards")
    .argument("<folder>", "folder of the work")
    .addOption(new Option("--for <engine>", "engine").choices(Object.keys(engines)).default("slurm"))
    .option(
      "--tasks <n>",
      "tasks; as many as there are shards, or as the engine takes, if left out",
      wholeNumber(1, 100_000),
    )
    .action(async (folder, flags: { for: Engine; tasks?: number }) => (await running()).job(folder, flags));

  command("status", "which shards are done, looking at every byte of them")
    .argument("<folder>", "folder of the work")
    .option("--json", "as JSON")
    .action(async (folder, flags) => exit(await (await running()).status(folder, flags)));

  addFigureOptions(
    command(
      "finish",
      "put the shards together to the table, the answers or the figures that one command would have made",
    )
      .argument("<folder...>", "folder of the work; of evaluations several, which are compared")
      .requiredOption(
        "-o, --out <path>",
        "the table, a .parquet file, the answers, a .jsonl file, or a folder of tables, charts and a page",
      ),
    "to evaluate: ",
  ).action(async (folders, flags) => (await running()).finish(folders, flags));
}
