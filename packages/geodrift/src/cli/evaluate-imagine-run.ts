import { isDeepStrictEqual } from "node:util";
import { imageSolvers } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { readEarthSource } from "../earth/captioned-views.js";
import { openEarthFolder } from "../earth/earth-rasters.js";
import { evaluateImages, picturesToDraw } from "../evaluate/imagine/evaluate-images.js";
import { imagesTables, withoutPictures, writeImagesReport } from "../evaluate/imagine/images-report.js";
import { targetSets } from "../evaluate/imagine/targets.js";
import { toMarkdown } from "../evaluate/table.js";
import { trainingViewsOf } from "../imagine/training-views.js";
import { imageModelFolder, scorerFolder } from "../models/embedded.js";
import { type LoadedImageModel, loadImageModel } from "../models/image-model.js";
import { checkModelName, loadModel } from "../models/load.js";
import { loadScorer, type Scorer } from "../models/scorer-model.js";
import { progress } from "./progress.js";

/** Flags of `geodrift evaluate-imagine`. */
export interface EvaluateImagineFlags {
  rasters: string;
  judge: string;
  locator: string;
  beside?: string[];
  /** Targets of each of the two sets. */
  n: number;
  /** Pictures for every guidance and every way to solve; 0 for none. */
  ablations: number;
  /** Pixels along a side. */
  size?: number;
  seed: number;
  /** Steps of the solver. */
  steps: number;
  solver: string;
  guidePlace: number;
  guideWords: number;
  out?: string;
  json?: boolean;
}

/** Two who have learned from the same views, and pictures that the judge can take. */
function checkScored(judge: Scorer, { description }: LoadedImageModel, size: number): void {
  if (!isDeepStrictEqual(judge.heldOut, description.views.heldOut))
    throw new GeodriftError(
      "option",
      `${judge.name} has learned from other months and places than ${description.name}: train both with the same "heldOut"`,
    );
  if (judge.size % size !== 0)
    throw new GeodriftError(
      "option",
      `${judge.name} takes pictures of ${judge.size} pixels, into which the ${size} of ${description.name} do not go`,
    );
}

/**
 * Evaluates a model's pictures of places, and writes the page of results.
 * @param name of the model, or its folder
 * @param args the command line, for the page
 * @throws GeodriftError `option` for flags that make no sense, `model` for a model that cannot be opened, `disk` if the
 * page cannot be written
 */
export async function runEvaluateImagine(
  name: string,
  flags: EvaluateImagineFlags,
  args: readonly string[],
): Promise<void> {
  const besides = flags.beside ?? [];
  for (const one of [name, ...besides]) imageModelFolder(one);
  scorerFolder(flags.judge);
  checkModelName(flags.locator);
  if (flags.out !== undefined && !/\.md$/i.test(flags.out))
    throw new GeodriftError("option", `--out: the page is a .md file, got "${flags.out}"`);
  if (!Object.hasOwn(imageSolvers, flags.solver))
    throw new GeodriftError(
      "option",
      `--solver: pictures have the solvers ${Object.keys(imageSolvers).join(", ")}, got "${flags.solver}"`,
    );
  const folder = await openEarthFolder(flags.rasters);
  const model = await loadImageModel(name);
  const { sizes } = model.description.network;
  const size = flags.size ?? Math.max(...sizes);
  if (!sizes.includes(size))
    throw new GeodriftError("option", `--size: ${name} makes pictures of ${sizes.join(" or ")} pixels, got ${size}`);
  const held = model.description.views.heldOut.months;
  const missing = held.find((month) => !folder.months.includes(month));
  if (missing)
    throw new GeodriftError(
      "option",
      `${flags.rasters}: month ${missing}, which the model has not seen, is not there to compare with`,
    );
  const judge = await loadScorer(flags.judge);
  checkScored(judge, model, size);
  const beside: LoadedImageModel[] = [];
  for (const one of besides) {
    const other = await loadImageModel(one);
    checkScored(judge, other, Math.max(...other.description.network.sizes));
    beside.push(other);
  }
  const locator = await loadModel(flags.locator);
  const source = await readEarthSource(folder, folder.months);
  const training = trainingViewsOf(source, model.description);
  const options = {
    n: flags.n,
    ablations: flags.ablations,
    size,
    seed: flags.seed,
    steps: flags.steps,
    solver: flags.solver,
    guidance: { place: flags.guidePlace, words: flags.guideWords },
  };
  const bar = progress(picturesToDraw(options, targetSets(model.description).length, beside.length));
  try {
    const means = {
      model,
      beside,
      judge,
      locator,
      source,
      training,
      advance: (pictures: number) => bar.advance(pictures),
    };
    const evaluation = await evaluateImages(means, options);
    bar.stop();
    if (flags.json) process.stdout.write(`${JSON.stringify(withoutPictures(evaluation))}\n`);
    else for (const table of imagesTables(evaluation)) process.stdout.write(`${toMarkdown(table)}\n`);
    if (flags.out !== undefined) {
      const files = await writeImagesReport(flags.out, `geodrift ${args.join(" ")}`, evaluation);
      process.stderr.write(`${files.join("\n")}\n`);
    }
  } finally {
    bar.stop();
    for (const one of [model, ...beside]) await one.dispose();
    await judge.dispose();
    await locator.dispose();
  }
}
