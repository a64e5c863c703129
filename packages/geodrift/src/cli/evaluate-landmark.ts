import type { Command } from "commander";
import { imagineDefaults } from "../imagine/defaults.js";
import type { EvaluateLandmarkFlags } from "./evaluate-landmark-run.js";
import type { Invocation } from "./invocation.js";
import { decimalNumber, wholeNumber } from "./options.js";

const { guidance, steps, solver } = imagineDefaults;

/** `geodrift evaluate-landmark`. */
export function define(command: Command, { args }: Invocation): void {
  command
    .argument("<model>", "a landmark's model, by name or folder")
    .requiredOption(
      "--photographs <folders...>",
      "photographs that `landmarks photograph` has made: of the landmark, and of others, for what is kept of them",
    )
    .option("--general <model>", "the general model, for the rows of words alone")
    .option("--beside <models...>", "others of the same landmark, such as one without prior preservation")
    .option("-n <count>", "pictures of every bin", wholeNumber(1, 1000), 10)
    .option("--epochs <n>", "times that the judge sees every photograph", wholeNumber(1, 1000), 40)
    .option("--work <folder>", "where the judge is kept", "runs/judges")
    .option("--seed <n>", "seed of noise and judge", wholeNumber(0, 2 ** 40), 1)
    .option("--steps <n>", "steps from noise to picture", wholeNumber(1, 1000), steps)
    .option("--solver <name>", "solver", solver)
    .option("--guide-angle <w>", "strength of the angle", decimalNumber(0, 100), guidance.place)
    .option("--guide-words <w>", "strength of the words", decimalNumber(0, 100), guidance.words)
    .option("--out <file>", "write a page of tables and a sheet, .md")
    .option("--json", "print figures as JSON")
    .action(async (name: string, flags: EvaluateLandmarkFlags) => {
      // Loaded here, so that no other command waits for it.
      const { runEvaluateLandmark } = await import("./evaluate-landmark-run.js");
      await runEvaluateLandmark(name, flags, args);
    });
}
