import { resolve } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import type { Command } from "commander";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import { trainDomain } from "../train/domain.js";
import { trainEarth } from "../train/earth.js";
import { trainImages } from "../train/images.js";
import { trainPhotos } from "../train/photos.js";
import { readTraining } from "../train/read-config.js";
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
      const context = { runtime: await onnxRuntime(), report: (line: string) => process.stderr.write(`${line}\n`) };
      const elsewhere = out && { out: resolve(out) };
      if (config.kind === "photos") {
        if (rasters)
          throw new GeodriftError("option", `--rasters is for trainings from rasters, ${file} is of kind photos`);
        return trainPhotos({ ...config, ...elsewhere }, context);
      }
      const there = { ...config, ...(rasters && { rasters: resolve(rasters) }), ...elsewhere };
      if (there.kind === "images") return trainImages(there, context);
      if (there.kind === "judge") return trainScorer(there, context);
      if (there.kind === "domain") return trainDomain(there, context);
      await trainEarth(there, context);
    });
}
