/** From a model of pictures by angle to a field (`geodrift lift MODEL --method sds`): resumable, with previews. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import {
  type Denoiser,
  type DistillationWeight,
  type DistilOptions,
  distil,
  dualGuidance,
  fieldRenderer,
  snapped,
  startDistillation,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { cannotWrite } from "../files/system-error.js";
import { paintBehind } from "../landmarks/behind.js";
import { plainCaption } from "../landmarks/captions.js";
import { filmMm, focalLengths } from "../landmarks/photograph.js";
import { extentOf } from "../landmarks/photographed.js";
import type { LoadedLandmarkModel } from "../models/image-model.js";
import type { LearnedLandmark } from "../models/schema.js";
import { resumeLift, saveLift } from "./field-file.js";
import { checkpointEvery, type LiftCall } from "./lift-photos.js";
import { boxOfLandmark, type LandmarkBox } from "./posed-photos.js";
import { writeLift, writePreview } from "./write-lift.js";

/** How a model is lifted. */
export interface LiftModelOptions {
  steps: number;
  /** Pixels along a side of the pictures, and cells across; a size of the model. It begins with half as many where that is one, too. */
  size: number;
  seed: number;
  weight: DistillationWeight;
  /** Scales of the guidance by words and by the angle. */
  guidance: { words: number; place: number };
  /** Is the angle told? */
  angle: boolean;
  /** Folder of what comes out. */
  out: string;
}

/** Sides of a step. */
const views = 4;
/** Share by which the contrast of the guided picture is drawn to that of the conditional one (MVDream, Shi et al. 2024). */
const rescaled = 0.5;

/**
 * Lifts a model of one landmark into a field, as `liftPhotos` does photographs.
 * @throws GeodriftError `option` for a model of several landmarks, or sizes that it does not make; `data` for a landmark whose size is
 * not known, or a folder that holds something else; `disk`
 * @throws the signal's reason when it is aborted; what has been done is kept
 */
export async function liftModel(
  loaded: LoadedLandmarkModel,
  { steps, size, seed, weight, guidance, angle, out }: LiftModelOptions,
  runtime: Runtime,
  command: readonly string[],
  { onStep, signal }: LiftCall = {},
): Promise<string[]> {
  const { description, sha256 } = loaded;
  const [landmark, ...more] = description.landmarks;
  if (more.length > 0)
    throw new GeodriftError(
      "option",
      `${description.name} has learned several landmarks, and a landmark's own model is needed`,
    );
  const { sizes } = description.network;
  if (!sizes.includes(size))
    throw new GeodriftError(
      "option",
      `--size: ${description.name} makes pictures of ${sizes.join(" or ")} pixels, got ${size}`,
    );
  const coarse = sizes.includes(size / 2);
  await mkdir(out, { recursive: true }).catch(cannotWrite(out));
  const box = boxOfLandmark(landmark);
  const settings = { seed, steps, size, across: size, coarse, views, halfHeight: box.halfHeight, weight };
  const options: DistilOptions = { ...settings, viewAt: viewsOf(landmark, box) };
  const provenance = { config: JSON.stringify({ method: "sds", ...settings, guidance, angle }), data: sha256 };
  const state = startDistillation(options);
  const saved = join(out, "state.safetensors");
  if (existsSync(saved)) await resumeLift(saved, state, provenance);
  const renderer = fieldRenderer({ runtime });
  try {
    const denoiser = denoiserOf(loaded, landmark, box, guidance, angle);
    for await (const { step, residual } of distil(state, renderer, denoiser, options, signal)) {
      onStep?.({ step, steps, error: residual });
      if (step % checkpointEvery !== 0 && step !== steps) continue;
      await saveLift(saved, state, provenance);
      await writePreview(out, renderer, state.grid, { shown: landmark, size });
    }
    const about = { model: { name: description.name, sha256 }, settings: { ...settings, guidance, angle } };
    const made = `a field that geodrift has distilled from the model ${description.name}, and its surface: made up, no survey`;
    return await writeLift(
      out,
      renderer,
      state.grid,
      { shown: landmark, unitM: box.unitM, size, method: "sds", made, command, about },
      signal,
    );
  } finally {
    await renderer.dispose();
  }
}

/** Cameras as those of the photographs: their lenses, how much of the picture is filled, eyes above the ground, their skies. */
function viewsOf(landmark: LearnedLandmark, { unitM, halfHeight }: LandmarkBox): DistilOptions["viewAt"] {
  const { fill, behind, heightM = 0 } = landmark;
  const extent = (extentOf(landmark) ?? 0) / unitM;
  return (azimuth, size, random) => {
    const focal = focalLengths[random.integer(focalLengths.length)] / filmMm;
    const distance = Math.max(1.5, (extent * focal) / random.uniform(...fill));
    const eye = random.uniform(Math.min(1.6, heightM / 8), Math.min(12, heightM / 4)) / unitM;
    const camera = { azimuth, distance, height: eye - halfHeight, focal };
    const own = behind[random.integer(Math.max(1, behind.length))];
    const background = own ? paintBehind(own, camera, size) : new Float32Array(3 * size * size).fill(random.uniform());
    return { camera, background };
  };
}

/** The model, asked for the side that a camera sees, in words that name the landmark alone. */
function denoiserOf(
  { model }: LoadedLandmarkModel,
  landmark: LearnedLandmark,
  { unitM }: LandmarkBox,
  guidance: LiftModelOptions["guidance"],
  angle: boolean,
): Denoiser {
  const caption = plainCaption(landmark.title);
  const extent = (extentOf(landmark) ?? 0) / unitM;
  return {
    async denoise(noisy, gamma, size, { azimuth, focal, distance }) {
      const terms = dualGuidance(caption, angle ? [snapped(azimuth)] : [], guidance);
      const { guided, each } = await model.restore(noisy, gamma, { terms, fill: (extent * focal) / distance, size });
      const factor = rescaled * (deviation(each[each.length - 1]) / Math.max(1e-6, deviation(guided))) + 1 - rescaled;
      return guided.map((v) => factor * v);
    },
  };
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
}
