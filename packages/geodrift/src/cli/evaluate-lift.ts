import { type Command, Option } from "commander";
import { liftRows } from "../evaluate/landmark/lift-study.js";
import { liftDefaults } from "../lift/defaults.js";
import type { EvaluateLiftFlags } from "./evaluate-lift-run.js";
import type { Invocation } from "./invocation.js";
import { decimalNumber, wholeNumber } from "./options.js";

/** `geodrift evaluate-lift`. */
export function define(command: Command, { args }: Invocation): void {
  command
    .argument("<model>", "a landmark's model, by name or folder")
    .requiredOption(
      "--photographs <folders...>",
      "photographs of it that `landmarks photograph` has made; then, for how like it lifts are, of others",
    )
    .option("--landmark <name|file>", "its landmark, if it is none of those that come along")
    .option("--general <model>", "the general model, for the rows of words")
    .option("--forgetful <model>", "a model of the landmark without prior preservation, for that row")
    .option(
      "--shapes <folder>",
      "folder that has the files of shapes; the cache, and where they are published, if left out",
    )
    .addOption(new Option("--rows <names...>", "ways of lifting; all if left out").choices(Object.keys(liftRows)))
    .option("--seeds <n>", "lifts of every way", wholeNumber(1, 100), 3)
    .option("--steps <n>", "steps of every lift", wholeNumber(1, 100_000), 300)
    .addOption(
      new Option("--size <pixels>", "pixels along a side, and cells across").choices(["16", "32", "64"]).default("32"),
    )
    .option("--most <n>", "photographs that fields are fitted to; all if left out", wholeNumber(1, 1_000_000))
    .option("--guide-angle <w>", "strength of the angle", decimalNumber(0, 100), liftDefaults.guidance.place)
    .option("--guide-words <w>", "strength of the words", decimalNumber(0, 100), liftDefaults.guidance.words)
    .option("--epochs <n>", "times that the judge sees every photograph", wholeNumber(1, 1000), 40)
    .option("--judges <folder>", "where the judge is kept", "runs/judges")
    .option("--work <folder>", "where the lifts are kept: run it again to go on after a stop", "runs/lifts")
    .option("--out <file>", "write a page of tables and a sheet, .md")
    .option("--json", "print figures as JSON")
    .action(async (name: string, flags: EvaluateLiftFlags) => {
      const { runEvaluateLift } = await import("./evaluate-lift-run.js");
      await runEvaluateLift(name, flags, args);
    });
}
