import { type Command, Option } from "commander";
import { poseSources } from "../lift/posed-photos.js";
import type { Invocation } from "./invocation.js";
import type { LiftFlags } from "./lift-run.js";
import { wholeNumber } from "./options.js";

/** `geodrift lift`. */
export function define(command: Command, { args }: Invocation): void {
  command
    .argument("<photographs>", "folder of photographs of a landmark, as `geodrift landmarks` makes it")
    .addOption(
      new Option("--method <name>", "how: a field is fitted to the photographs").choices(["nerf"]).default("nerf"),
    )
    .addOption(
      new Option(
        "--poses <source>",
        "where cameras are known from: the truth of photographs that were made, or GPS and lens",
      )
        .choices(poseSources)
        .default("gps"),
    )
    .option("--steps <n>", "steps, each on four photographs", wholeNumber(1, 1_000_000), 600)
    .addOption(
      new Option("--size <pixels>", "pixels along a side, and cells across").choices(["16", "32", "64"]).default("32"),
    )
    .option("--most <n>", "photographs that are used, the first ones; all if left out", wholeNumber(1, 1_000_000))
    .option("--seed <n>", "which photographs are seen in which step", wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .requiredOption("-o, --output <folder>", "where to; run it again to go on after a stop")
    .option("--json", "print progress and results as JSON lines")
    .action(async (photographs: string, flags: LiftFlags) => {
      const { runLift } = await import("./lift-run.js");
      await runLift(photographs, flags, args);
    });
}
