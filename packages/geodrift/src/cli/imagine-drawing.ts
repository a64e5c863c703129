/** What all runs of `geodrift imagine` share: flags that are checked, a plan that is drawn and written. */
import { imageSolvers, type LatLng } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { prepareFile } from "../files/atomic-file.js";
import { type DrawnCell, draw } from "../imagine/draw.js";
import { manifestOf } from "../imagine/manifest.js";
import type { ImagineSettings, Plan } from "../imagine/plan.js";
import { checkRows, checkSheet } from "../imagine/sheet.js";
import type { Compared } from "../imagine/training-views.js";
import {
  attentionShown,
  checkPicturesFile,
  isMoving,
  manifestFile,
  nearestShown,
  writePictures,
} from "../imagine/write.js";
import type { LoadedImageModel } from "../models/image-model.js";
import type { PictureModelDescription } from "../models/schema.js";
import { progress } from "./progress.js";

/** Flags of `geodrift imagine`. */
export interface ImagineFlags {
  at?: LatLng[];
  words?: string[];
  /** Width of the ground, km. */
  ground?: number;
  /** Pictures of each place and words. */
  n: number;
  /** Strength of the place; 1 follows the network as it is, 0 leaves it out. */
  guidePlace: number;
  /** Strength of the words; 1 follows the network as it is, 0 leaves them out. */
  guideWords: number;
  /** Steps of the solver. */
  steps: number;
  solver: string;
  /** Of the first picture's noise. */
  seed: number;
  /** Pixels along a side. */
  size?: number;
  output: string;
  /** How many times as large each pixel is written. */
  scale: number;
  average?: string;
  /** Places that a region is averaged over; 24 if left out. */
  places?: number;
  /** Sides that a landmark is seen from, degrees. */
  azimuth?: number[];
  /** Once around a landmark? */
  around?: boolean;
  /** Share of the picture that a landmark fills. */
  fill?: number;
  walk?: LatLng;
  /** Pictures of a walk, or around a landmark; 24 if left out. */
  frames?: number;
  months?: boolean;
  attention?: boolean;
  nearest?: string;
  model: string;
  json?: boolean;
}

/**
 * Checks what every model is asked for.
 * @returns pixels along a side
 * @throws GeodriftError `option`
 */
export function checkDrawing(flags: ImagineFlags, { network }: PictureModelDescription): number {
  const { sizes } = network;
  const size = flags.size ?? Math.max(...sizes);
  if (!sizes.includes(size))
    throw new GeodriftError(
      "option",
      `--size: ${flags.model} makes pictures of ${sizes.join(" or ")} pixels, got ${size}`,
    );
  if (!Object.hasOwn(imageSolvers, flags.solver))
    throw new GeodriftError(
      "option",
      `--solver: pictures have the solvers ${Object.keys(imageSolvers).join(", ")}, got "${flags.solver}"`,
    );
  return size;
}

/**
 * Draws a plan with a model, and writes the pictures with their manifest.
 * @param load opens the model, once nothing else can be wrong
 * @param options `alike` gives what finds the training view that each picture is most like
 * @throws GeodriftError `option` for a file that has no room for the pictures, or is of the wrong kind; as `load`; `disk`
 */
export async function drawAndWrite<Model extends LoadedImageModel<PictureModelDescription>>(
  { output, scale, attention, nearest, json }: ImagineFlags,
  args: readonly string[],
  plan: Plan,
  settings: ImagineSettings,
  load: () => Promise<Model>,
  { alike: lookFor }: { alike?: (model: Model) => Promise<(drawn: readonly DrawnCell[]) => Compared[]> } = {},
): Promise<void> {
  checkPicturesFile(output, plan.moving);
  const moving = isMoving(output);
  checkSheet(plan, settings.size, scale, moving);
  for (const shown of [attention && attentionShown, nearest !== undefined && nearestShown])
    if (shown) checkRows(plan.cells.length, shown);
  // Whatever is missing is said before the work, not after it.
  for (const file of [output, manifestFile(output)]) await prepareFile(file);
  const model = await load();
  const views = await lookFor?.(model);
  const bar = progress(plan.cells.length * settings.steps);
  const drawn: DrawnCell[] = [];
  try {
    for await (const event of draw(model, plan, settings, { attention })) {
      bar.advance(1);
      if (event.drawn) drawn.push(event.drawn);
    }
  } finally {
    bar.stop();
    await model.dispose();
  }
  const alike = views?.(drawn);
  const manifest = manifestOf(args, model, settings, plan, drawn, scale, moving, alike);
  const files = await writePictures(output, plan, drawn, manifest, scale, alike);
  if (json) process.stdout.write(`${JSON.stringify(manifest)}\n`);
  else process.stdout.write(`${files.join("\n")}\n`);
}
