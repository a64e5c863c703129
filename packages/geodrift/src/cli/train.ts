import { join, resolve } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import type { Command } from "commander";
import { alone } from "../files/alone.js";
import { cannotWrite } from "../files/system-error.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import type { Training } from "../train/config.js";
import { trainDomain } from "../train/domain.js";
import { trainEarth } from "../train/earth.js";
import { trainImages } from "../train/images.js";
import { trainLandmark } from "../train/landmark.js";
import { trainPhotos } from "../train/photos.js";
import { readTraining } from "../train/read-config.js";
import { fitRegions } from "../train/regions.js";
import type { TrainingContext } from "../train/run-training.js";
import { trainScorer } from "../train/scorer.js";

interface Flags {
  rasters?: string;
  out?: string;
}

/** `geodrift train`. */
export function define(command: Command): void {
  command
    .argument("<config>", "JSON file")
    .option("--rasters <folder>", "folder of the rasters, instead of the config's")
    .option("--out <folder>", "folder for state and models, instead of the config's")
    .action(async (file: string, { rasters, out }: Flags) => {
      const config = await readTraining(file);
      const report = (line: string) => process.stderr.write(`${line}\n`);
      if (config.kind === "photos" && rasters)
        throw new GeodriftError("option", `--rasters is for trainings from rasters, ${file} is of kind photos`);
      const elsewhere = out && { out: resolve(out) };
      const there = { ...config, ...(rasters && { rasters: resolve(rasters) }), ...elsewhere } as typeof config;
      // Two at once would write into each other's logs and states: the second waits, and finds what the first has made.
      const train = async () => started(there, { runtime: await onnxRuntime(), report });
      await alone(join(there.out, "training"), train, {
        onWait: () => report(`${there.out}: another process is training there; waiting`),
      }).catch(cannotWrite(there.out));
    });
}

function started(config: Training, context: TrainingContext): Promise<void> {
  if (config.kind === "photos") return trainPhotos(config, context);
  if (config.kind === "images") return trainImages(config, context);
  if (config.kind === "landmark") return trainLandmark(config, context);
  if (config.kind === "judge") return trainScorer(config, context);
  if (config.kind === "domain") return trainDomain(config, context);
  if (config.kind === "regions") return fitRegions(config, context);
  return trainEarth(config, context);
}
