/** `geodrift shards`: work that is too much for one machine, as array jobs of engines that exist. */
import { type Command, Option } from "commander";
import { type Engine, engines } from "../shards/job.js";
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
    "cut the embedding of a source, or the locating of a folder's pictures, into shards; no picture is read",
  )
    .argument(
      "<source>",
      "to embed: folder of pictures with GPS, .csv, .parquet, .tar or folder of them, or OSV-5M; to locate: a folder",
    )
    .requiredOption("-o, --out <folder>", "folder of the work, which every machine sees")
    .option("--encoder <name|folder|file>", "a known encoder, an .onnx file, a model folder, or weights")
    .option("--model <name|folder|file>", "pictures are located by this model, and not embedded")
    .option("--ready <name>", "take embeddings that lie ready: KEY.<name>.npy in tars, or a column of a .parquet table")
    .option("--items <n>", "items of a shard: some ten minutes' work", wholeNumber(1, 100_000), 2048)
    .option("--samples <n>", "to locate: places drawn per picture; 256 if left out", wholeNumber(2, 4096))
    .option(
      "--steps <n>",
      "to locate: steps from noise to places; the solver's own if left out",
      wholeNumber(1, 10_000),
    )
    .option("--guidance <w>", "to locate: strength of classifier-free guidance", decimalNumber(0, 100))
    .option("--seed <n>", "to locate: seed of the noise", wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .option("--solver <name>", "to locate: solver of the flow; the one that loses least if left out")
    .option("--prior <where>", "to locate: what is known besides, as of locate")
    .option("--abstain <bits>", "to locate: bits below which the answer is marked as no answer", decimalNumber(-4, 30))
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

  command("finish", "put the shards together to the table or the answers that one command would have made")
    .argument("<folder>", "folder of the work")
    .requiredOption("-o, --out <file>", "the table, a .parquet file, or the answers, a .jsonl file")
    .action(async (folder, flags) => (await running()).finish(folder, flags));
}
