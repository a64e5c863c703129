import { join, resolve } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import type { Command } from "commander";
import { alone } from "../files/alone.js";
import { cannotWrite } from "../files/system-error.js";
import { suggestion } from "../files/validation.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import { arrayIndex } from "../shards/array-index.js";
import type { EarthTraining, Training } from "../train/config.js";
import { trainDomain } from "../train/domain.js";
import { prepareEarth } from "../train/earth.js";
import { trainImages } from "../train/images.js";
import { trainLandmark } from "../train/landmark.js";
import type { LocatorTraining } from "../train/locator-config.js";
import { type LocatorSetting, trainLocator } from "../train/locator-stage.js";
import { preparePhotos } from "../train/photos.js";
import { readTraining } from "../train/read-config.js";
import { fitRegions } from "../train/regions.js";
import type { TrainingContext } from "../train/run-training.js";
import { trainScorer } from "../train/scorer.js";
import { wholeNumber } from "./options.js";

interface Flags {
  rasters?: string;
  out?: string;
  only?: string;
  index?: number | true;
}

/** `geodrift train`. */
export function define(command: Command): void {
  command
    .argument("<config>", "JSON file")
    .option("--rasters <folder>", "folder of the rasters, instead of the config's")
    .option("--out <folder>", "folder for state and models, instead of the config's")
    .option("--only <name>", "of several locators this one alone; several processes may each train one")
    .option(
      "--index [i]",
      "of several locators the one with this number, from 0 on; the number of the task in an array job if left out",
      wholeNumber(0, 1e6),
    )
    .action(async (file: string, { rasters, out, only, index }: Flags) => {
      const config = await readTraining(file);
      const report = (line: string) => process.stderr.write(`${line}\n`);
      if (config.kind === "photos" && rasters)
        throw new GeodriftError("option", `--rasters is for trainings from rasters, ${file} is of kind photos`);
      const elsewhere = out && { out: resolve(out) };
      const there = { ...config, ...(rasters && { rasters: resolve(rasters) }), ...elsewhere } as typeof config;
      const context = { runtime: await onnxRuntime(), report };
      const onWait = () => report(`${there.out}: another process is training there; waiting`);
      // Two at once would write into each other's logs and states: the second waits, and finds what the first has made.
      const taking = <T>(name: string, work: () => Promise<T>): Promise<T> =>
        alone(join(there.out, name), work, { onWait }).catch(cannotWrite(there.out));
      if (there.kind !== "earth" && there.kind !== "photos") {
        if (only !== undefined || index !== undefined)
          throw new GeodriftError(
            "option",
            `--only and --index are of several locators, ${file} is of kind ${there.kind}`,
          );
        return taking("training", () => started(there, context));
      }
      const chosen = chosenOf(there, file, { only, index });
      const prepare = () => (there.kind === "earth" ? prepareEarth(there, context) : preparePhotos(there, context));
      const learn = (locator: LocatorTraining, setting: LocatorSetting) =>
        taking(`${locator.name}.training`, () => trainLocator(locator, setting, context));
      // What locators share is made by one; then several processes may each train one.
      if (chosen) return learn(chosen, await taking("training", prepare));
      return taking("training", async () => {
        const setting = await prepare();
        for (const locator of there.locators) await learn(locator, setting);
      });
    });
}

/** The one of a training's locators that is asked for; undefined for all. */
function chosenOf(
  { locators }: Pick<EarthTraining, "locators">,
  file: string,
  { only, index }: Pick<Flags, "only" | "index">,
): LocatorTraining | undefined {
  if (only === undefined && index === undefined) return undefined;
  if (only !== undefined && index !== undefined)
    throw new GeodriftError("option", "--only and --index both say which locator is meant: one of them is enough");
  if (only !== undefined) {
    const names = locators.map(({ name }) => name);
    const named = locators.find(({ name }) => name === only);
    if (named) return named;
    throw new GeodriftError("option", `--only: ${file} has no locator "${only}"${suggestion(only, names)}`);
  }
  const number = index === true ? arrayIndex(process.env) : index;
  if (number === undefined) throw new GeodriftError("option", "--index: a number is needed outside of an array job");
  if (number in locators) return locators[number];
  throw new GeodriftError("option", `--index: ${file} has the locators 0 to ${locators.length - 1}, got ${number}`);
}

function started(config: Exclude<Training, { kind: "earth" | "photos" }>, context: TrainingContext): Promise<void> {
  if (config.kind === "images") return trainImages(config, context);
  if (config.kind === "landmark") return trainLandmark(config, context);
  if (config.kind === "judge") return trainScorer(config, context);
  if (config.kind === "domain") return trainDomain(config, context);
  return fitRegions(config, context);
}
