import type { Command } from "commander";
import { wholeNumber } from "./options.js";
import type { RateFlags } from "./rate-run.js";

/** `geodrift rate`. */
export function define(command: Command): void {
  command
    .argument("<files...>", "folders that `geodrift lift` has written; with --key what people have saved, ratings.json")
    .option(
      "-o, --output <file>",
      "the page to be sent to people, .html; its key is written beside it, .key.json",
      "rate.html",
    )
    .option("--pairs <n>", "pairs that each person sees", wholeNumber(1, 1000), 20)
    .option("--seed <n>", "of their order", wholeNumber(0, 2 ** 40), 1)
    .option("--key <file>", "sum up what people have said of the page that this is the key of")
    .option("--json", "with --key: figures as JSON")
    .action(async (files: string[], flags: RateFlags) => {
      const { runRate } = await import("./rate-run.js");
      await runRate(files, flags);
    });
}
