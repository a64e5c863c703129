import type { Command } from "commander";
import { imagineDefaults } from "../imagine/defaults.js";
import type { EvaluateImagineFlags } from "./evaluate-imagine-run.js";
import type { Invocation } from "./invocation.js";
import { decimalNumber, wholeNumber } from "./options.js";

const { guidance, steps, solver } = imagineDefaults;

/** `geodrift evaluate-imagine`. */
export function define(command: Command, { args }: Invocation): void {
  command
    .argument("[model]", "model by name or folder", "earth-images")
    .requiredOption("--rasters <folder>", "rasters of the Earth, of which real views are cut")
    .option("--judge <name|folder>", "what scores pictures", "earth-judge")
    .option("--locator <name|folder>", "what locates them again", "earth")
    .option("--beside <models...>", "others to judge on the same views of known places, in a table of their own")
    .option("-n <count>", "targets of each of the two sets", wholeNumber(8, 100_000), 200)
    .option(
      "--ablations <n>",
      "pictures for every guidance and every way to solve; 0 for none",
      wholeNumber(0, 10_000),
      0,
    )
    .option("--size <pixels>", "pixels along a side; the model's largest if left out", wholeNumber(8, 1024))
    .option("--seed <n>", "seed of targets and noise", wholeNumber(0, 2 ** 40), 1)
    .option("--steps <n>", "steps from noise to picture", wholeNumber(1, 1000), steps)
    .option("--solver <name>", "solver", solver)
    .option("--guide-place <w>", "strength of the place", decimalNumber(0, 100), guidance.place)
    .option("--guide-words <w>", "strength of the words", decimalNumber(0, 100), guidance.words)
    .option("--out <file>", "write a page of tables and sheets, .md")
    .option("--json", "print figures as JSON")
    .action(async (name: string, flags: EvaluateImagineFlags) => {
      // Loaded here, so that no other command waits for it.
      const { runEvaluateImagine } = await import("./evaluate-imagine-run.js");
      await runEvaluateImagine(name, flags, args);
    });
}
