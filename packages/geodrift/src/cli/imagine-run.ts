import { imageSolvers, type LatLng } from "@geodrift/core";
import * as ort from "onnxruntime-node";
import { readEarthSource } from "../data/captioned-views.js";
import { kindOf, scaleOf } from "../data/captions.js";
import { type EarthFolder, openEarthFolder } from "../data/earth-rasters.js";
import { type DrawnCell, draw } from "../imagine/draw.js";
import { manifestOf } from "../imagine/manifest.js";
import {
  averagePlan,
  gridPlan,
  type ImagineSettings,
  monthsPlan,
  type Plan,
  picturesPlan,
  walkPlan,
} from "../imagine/plan.js";
import { placesWithin } from "../imagine/region-places.js";
import { trainingViewsOf } from "../imagine/training-views.js";
import { usualImagining } from "../imagine/usual.js";
import { checkPicturesFile, writePictures } from "../imagine/write.js";
import { readPrior } from "../locate/prior.js";
import { describeImageModel, imageModelFolder, type LoadedImageModel, loadImageModel } from "../models/image-model.js";
import { progress } from "./progress.js";
import { UsageError, usage } from "./usage-error.js";

export interface ImagineFlags {
  at?: LatLng[];
  words?: string[];
  ground?: number;
  n: number;
  guidePlace: number;
  guideWords: number;
  steps: number;
  solver: string;
  seed: number;
  size?: number;
  output: string;
  scale: number;
  average?: string;
  places: number;
  walk?: LatLng;
  frames: number;
  months?: boolean;
  attention?: boolean;
  nearest?: string;
  model: string;
  json?: boolean;
}

/** @param args the command line, for the manifest */
export async function runImagine(flags: ImagineFlags, args: readonly string[]): Promise<void> {
  usage(() => imageModelFolder(flags.model));
  const description = await describeImageModel(flags.model);
  const { sizes } = description.network;
  const size = flags.size ?? Math.max(...sizes);
  if (!sizes.includes(size))
    throw new UsageError(`--size: ${flags.model} makes pictures of ${sizes.join(" or ")} pixels, got ${size}`);
  if (!(flags.solver in imageSolvers))
    throw new UsageError(
      `--solver: pictures have the solvers ${Object.keys(imageSolvers).join(", ")}, got "${flags.solver}"`,
    );
  const plan = await planOf(flags);
  usage(() => checkPicturesFile(flags.output, plan.moving));
  const model = await loadImageModel(flags.model, ort);
  const wordings = [...new Set(plan.cells.map(({ words }) => words ?? ""))];
  const known = usage(() => wordings.map((words) => model.words.read(words)));
  const settings: ImagineSettings = {
    groundKm: usage(() => groundOf(flags.ground, known.flat(), description.views.groundKm)),
    guidance: { place: flags.guidePlace, words: flags.guideWords },
    steps: flags.steps,
    solver: flags.solver,
    size,
  };
  if (flags.nearest !== undefined && plan.cells.every(({ places }) => places.length !== 1))
    throw new UsageError("--nearest compares pictures of one place with the training views near it");
  // Whatever is missing is said before the work, not after it.
  const rasters = flags.nearest === undefined ? undefined : await openEarthFolder(flags.nearest);
  const bar = progress(plan.cells.length * flags.steps);
  const drawn: DrawnCell[] = [];
  try {
    for await (const event of draw(model, plan, settings, { attention: flags.attention })) {
      bar.advance(1);
      if (event.drawn) drawn.push(event.drawn);
    }
  } finally {
    bar.stop();
    await model.dispose();
  }
  const alike = rasters && (await alikeViews(rasters, model, drawn));
  const manifest = manifestOf(args, model, settings, plan, drawn, flags.scale);
  const files = await writePictures(flags.output, plan, drawn, manifest, flags.scale, alike);
  if (flags.json) process.stdout.write(`${JSON.stringify(manifest)}\n`);
  else process.stdout.write(`${files.join("\n")}\n`);
}

/** For each picture of one place, the training view that it is most like. @throws Error if rasters are missing */
async function alikeViews(folder: EarthFolder, { description, words }: LoadedImageModel, drawn: readonly DrawnCell[]) {
  const views = trainingViewsOf(await readEarthSource(folder, folder.months), description);
  return drawn.flatMap(({ cell, picture }) =>
    cell.places.length === 1
      ? [{ cell, picture, view: views.mostAlike(picture, cell.places[0], kindOf(words.read(cell.words ?? ""))) }]
      : [],
  );
}

async function planOf({
  at = [],
  words = [],
  average,
  walk,
  months,
  n,
  seed,
  frames,
  places,
}: ImagineFlags): Promise<Plan> {
  const kinds = [average !== undefined && "--average", walk && "--walk", months && "--months"].filter((k) => k);
  if (kinds.length > 1) throw new UsageError(`${kinds.join(" and ")} exclude each other`);
  const [kind] = kinds;
  if (kind && (at.length > 1 || words.length > 1)) throw new UsageError(`${kind} takes one place and one wording`);
  if (n > 1 && (kind === "--walk" || kind === "--months" || at.length > 1 || words.length > 1))
    throw new UsageError("-n is for pictures of one place; grids, walks and months have one each");
  if (average !== undefined) {
    if (at.length > 0) throw new UsageError("--average has its places from the region, without --at");
    const { prior } = await readPrior(average).catch((e: Error) => {
      throw new UsageError(e.message.replace(/^--prior/, "--average"));
    });
    return averagePlan(placesWithin(prior, places), words[0], seed, n);
  }
  if (walk) {
    if (at.length === 0) throw new UsageError("--walk goes from --at LAT,LNG to its own place");
    return usage(() => walkPlan(at[0], walk, words[0], seed, frames));
  }
  if (at.length === 0 && words.length === 0)
    throw new UsageError("imagine wants a place, --at LAT,LNG, or --words, or both");
  if (months) return monthsPlan(at[0], words[0], seed);
  if (at.length > 1 || words.length > 1) {
    if (at.length === 0) throw new UsageError("a grid wants a place, --at LAT,LNG");
    return gridPlan(at, words.length > 0 ? words : [undefined], seed);
  }
  return picturesPlan(at[0], words[0], seed, n);
}

/** @throws Error if it is not a width that the model knows, or contradicts the words */
function groundOf(
  asked: number | undefined,
  words: readonly string[],
  [least, most]: readonly [number, number],
): number {
  const scale = words.find((word) => word === "near" || word === "wide");
  if (asked === undefined)
    return scale === undefined ? usualImagining.groundKm : usualImagining.scaleKm[scale as "near" | "wide"];
  if (asked < least || asked > most)
    throw new Error(`--ground: the model knows widths from ${least} to ${most} km, got ${asked}`);
  if (scale !== undefined && scaleOf(asked) !== undefined && scaleOf(asked) !== scale)
    throw new Error(`--ground: the words say ${scale}, got ${asked} km`);
  return asked;
}
