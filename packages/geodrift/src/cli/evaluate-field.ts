import type { Command } from "commander";
import type { EvaluateFieldFlags } from "./evaluate-field-run.js";
import { decimalNumber, wholeNumber } from "./options.js";

/** `geodrift evaluate-field`. */
export function define(command: Command): void {
  command
    .argument("<fields...>", "fields, as `geodrift lift` writes them (field.safetensors, or its folder)")
    .requiredOption("--landmark <name|file>", "the landmark whose own shape they are compared with")
    .option(
      "--shapes <folder>",
      "folder that has the files of shapes; the cache, and where they are published, if left out",
    )
    .option(
      "--photographs <folder>",
      "photographs of it that `landmarks photograph` has made: a judge that learns them looks for a second face",
    )
    .option("--epochs <n>", "times that the judge sees every photograph", wholeNumber(1, 1000), 40)
    .option("--work <folder>", "where the judge is kept", "runs/judges")
    .option("--size <pixels>", "pixels along a side of the views", wholeNumber(16, 512), 64)
    .option("--elevation <degrees>", "of the cameras, seen from the landmark's centre", decimalNumber(-60, 60), -12)
    .option("--seed <n>", "of the points on surfaces, and of the judge", wholeNumber(0, 2 ** 40), 1)
    .option("--json", "print figures as JSON")
    .action(async (fields: string[], flags: EvaluateFieldFlags) => {
      const { runEvaluateField } = await import("./evaluate-field-run.js");
      await runEvaluateField(fields, flags);
    });
}
