import { distillationWeights } from "@geodrift/core";
import { type Command, Option } from "commander";
import { liftDefaults } from "../lift/defaults.js";
import { poseSources } from "../lift/posed-photos.js";
import type { Invocation } from "./invocation.js";
import type { LiftFlags } from "./lift-run.js";
import { decimalNumber, wholeNumber } from "./options.js";

/** `geodrift lift`. */
export function define(command: Command, { args }: Invocation): void {
  command
    .argument("<what>", "a landmark's model, by name or folder; for nerf a folder of its photographs")
    .addOption(
      new Option(
        "--method <name>",
        "sds, vsd distil the model; reconstruct fits pictures that it draws; nerf photographs from known cameras",
      )
        .choices(["sds", "vsd", "reconstruct", "nerf"])
        .default(liftDefaults.method),
    )
    .option("--steps <n>", "steps, each on four pictures", wholeNumber(1, 1_000_000), 600)
    .addOption(
      new Option("--size <pixels>", "pixels along a side, and cells across").choices(["16", "32", "64"]).default("64"),
    )
    .option("--seed <n>", "of everything that is drawn", wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .option("--landmark <name>", "which one, of a model of several")
    .option("--guide-angle <w>", "strength of the angle", decimalNumber(0, 100), liftDefaults.guidance.place)
    .option("--guide-words <w>", "strength of the words", decimalNumber(0, 100), liftDefaults.guidance.words)
    .option("--no-angle", "sds, vsd: the angle is not told")
    .addOption(
      new Option(
        "--sides <how>",
        "sds, vsd: instead of the angle front, side or back is told, in words, or by Perp-Neg",
      ).choices(["words", "perp-neg"]),
    )
    .option("--debiased", "sds, vsd: the residual is held within a bound that widens")
    .option(
      "--walk <steps>",
      "sds, vsd: steps to each target in the last quarter",
      wholeNumber(1, 100),
      liftDefaults.walk,
    )
    .option("--pictures <n>", "reconstruct: pictures of each of 36 sides", wholeNumber(1, 1000), 8)
    .addOption(
      new Option("--weight <name>", "sds, vsd: weight of the residual by its level of noise")
        .choices(Object.keys(distillationWeights))
        .default(liftDefaults.weight),
    )
    .addOption(
      new Option(
        "--poses <source>",
        "nerf: cameras from GPS and lens, aimed at what the field tells or at the middle of the landmark (gps), from the truth of photographs that were made, or by what several photographs show (COLMAP, where it is installed)",
      )
        .choices(poseSources)
        .default("aimed"),
    )
    .option("--most <n>", "nerf: photographs that are used, the first ones; all if left out", wholeNumber(1, 1_000_000))
    .requiredOption("-o, --output <folder>", "where to; run it again to go on after a stop")
    .option("--json", "print progress and results as JSON lines")
    .action(async (what: string, flags: LiftFlags) => {
      const { runLift } = await import("./lift-run.js");
      await runLift(what, flags, args);
    });
}
