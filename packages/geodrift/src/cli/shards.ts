/** `geodrift shards`: work that is too much for one machine, as array jobs of engines that exist. */
import { type Command, Option } from "commander";
import { type Engine, engines } from "../shards/job.js";
import type { Invocation } from "./invocation.js";
import { wholeNumber } from "./options.js";

/** What the commands do, loaded when one of them runs. */
const running = () => import("./shards-run.js");

/** `geodrift shards`. */
export function define(shards: Command, { exit }: Invocation): void {
  const command = (name: string, description: string) =>
    shards.command(name).description(description).exitOverride().showSuggestionAfterError();

  command("plan", "cut the embedding of a source into shards; no picture is read")
    .argument("<source>", "folder of pictures with GPS, .csv, .parquet, .tar or folder of them, or OSV-5M")
    .requiredOption("-o, --out <folder>", "folder of the work, which every machine sees")
    .option("--encoder <name|folder|file>", "a known encoder, an .onnx file, a model folder, or weights")
    .option("--ready <name>", "take embeddings that lie ready: KEY.<name>.npy in tars, or a column of a .parquet table")
    .option("--items <n>", "items of a shard: some ten minutes' work", wholeNumber(1, 100_000), 2048)
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

  command("finish", "put the shards together to the table that embed would have made")
    .argument("<folder>", "folder of the work")
    .requiredOption("-o, --out <file>", "the table, a .parquet file")
    .action(async (folder, flags) => (await running()).finish(folder, flags));
}
