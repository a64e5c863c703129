/** From a model of pictures by angle to a field (`geodrift lift MODEL --method sds`, `vsd`): resumable, with previews. */
import { existsSync } from "node:fs";
import type { Runtime } from "@geodrift/compile";
import {
  type DistillationWeight,
  type DistilOptions,
  distil,
  distillationPrices,
  fieldOptimizer,
  fieldRenderer,
  type Parameters,
  startDistillation,
  startVariational,
  type TrainState,
  type UprightCamera,
  variationalDenoiser,
  walkedDenoiser,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { sha256Of } from "../files/hash.js";
import { plainCaption } from "../landmarks/captions.js";
import { type LoadedLandmarkModel, toldAzimuth } from "../models/image-model.js";
import type { LandmarkModelDescription, LearnedLandmark } from "../models/schema.js";
import { resumeLift, saveLift } from "./field-file.js";
import { landmarkViews } from "./landmark-views.js";
import { inLiftFolder } from "./lift-folder.js";
import { checkpointEvery, type LiftCall } from "./lift-posed.js";
import { boxOfLandmark } from "./posed-photos.js";
import { type Asking, scaleOf, sideDenoiser } from "./side-denoiser.js";
import { writeLift, writePreview } from "./write-lift.js";

/** How a model is lifted. */
export interface LiftModelOptions extends Asking {
  /** `vsd`: the residual is to what a second network has learned of the field (`variationalDenoiser`). */
  method: "sds" | "vsd";
  steps: number;
  /** Pixels along a side of the pictures, and cells across; a size of the model. It begins with half as many where that is one, too. */
  size: number;
  seed: number;
  weight: DistillationWeight;
  /** Is the residual held within a bound that widens? */
  debiased: boolean;
  /** Steps of a walk to the picture in the last quarter; 1 is a single look. */
  walk: number;
  /** Name or title of the landmark, of a model of several. */
  landmark?: string;
  /** Folder of what comes out. */
  out: string;
}

/** A name for a model, its bins, and for what it says of a landmark: its size, its front, how it is seen and before which skies. */
export const madeFrom = (
  { sha256, description: { bins } }: Pick<LoadedLandmarkModel, "sha256" | "description">,
  landmark: LearnedLandmark,
): string => sha256Of(Buffer.from(JSON.stringify([sha256, bins, landmark])));

/** The command line of a lift. */
export function liftArguments(model: string, options: LiftModelOptions): string[] {
  const { method, steps, size, seed, weight, debiased, walk, tell, guidance, landmark } = options;
  const numbers = {
    method,
    steps,
    size,
    seed,
    weight,
    walk,
    "guide-angle": guidance.place,
    "guide-words": guidance.words,
  };
  return [
    "lift",
    model,
    ...Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...(debiased ? ["--debiased"] : []),
    ...(tell === "angle" ? [] : tell === "name" ? ["--no-angle"] : ["--sides", tell]),
    ...(landmark === undefined ? [] : ["--landmark", landmark]),
    ...["-o", options.out],
  ];
}

/** Sides of a step. */
const views = 4;

/**
 * The landmark that is lifted.
 * @param wanted name or title; of a model of one landmark, that one if left out
 * @throws GeodriftError `option` for a landmark that the model has not learned, or none of several
 */
export function landmarkOf(
  { name, landmarks }: Pick<LandmarkModelDescription, "name" | "landmarks">,
  wanted?: string,
): LearnedLandmark {
  const found = landmarks.find(({ name, title }) =>
    wanted === undefined ? landmarks.length === 1 : [name, title].includes(wanted),
  );
  if (found) return found;
  const names = landmarks.map((landmark) => landmark.name).join(", ");
  throw new GeodriftError("option", `--landmark: ${name} has learned ${names}, got ${wanted ?? "none of them"}`);
}

/** @throws GeodriftError `option` for a size that the model does not make */
export function checkSize({ name, network: { sizes } }: LandmarkModelDescription, size: number): void {
  if (!sizes.includes(size))
    throw new GeodriftError("option", `--size: ${name} makes pictures of ${sizes.join(" or ")} pixels, got ${size}`);
}

/**
 * Lifts a model of a landmark into a field, as `liftPhotos` does photographs.
 * @throws GeodriftError `option` for a landmark or a size that the model does not have, or an angle that it is not told; `data` for a
 * landmark whose size is not known, or a folder that holds something else; `disk`
 * @throws the signal's reason when it is aborted; what has been done is kept
 */
export async function liftModel(
  loaded: LoadedLandmarkModel,
  { method, steps, size, seed, weight, debiased, walk, tell, guidance, landmark: wanted, out }: LiftModelOptions,
  runtime: Runtime,
  command: readonly string[],
  { onStep, onPreview, signal }: LiftCall = {},
): Promise<string[]> {
  const { description, sha256, params, words } = loaded;
  const landmark = landmarkOf(description, wanted);
  checkSize(description, size);
  if (method === "vsd" && walk > 1)
    throw new GeodriftError("option", "--walk: is of sds; by vsd both networks look once, or they never agree");
  const box = boxOfLandmark(landmark);
  const denoiser = walkedDenoiser(sideDenoiser(loaded, landmark, box, { tell, guidance }), walk);
  const coarse = description.network.sizes.includes(size / 2);
  const settings = { seed, steps, size, across: size, coarse, views, halfHeight: box.halfHeight, weight, debiased };
  const asked = { ...settings, guidance, tell, walk, landmark: landmark.name };
  const options: DistilOptions = { ...settings, viewAt: landmarkViews(landmark, box) };
  const provenance = {
    config: JSON.stringify({ method, ...asked, prices: distillationPrices, optimizer: fieldOptimizer }),
    data: madeFrom(loaded, landmark),
  };
  const state = startDistillation(options);
  const second = method === "vsd" ? startVariational(params) : undefined;
  const scale = scaleOf(landmark, box);
  const caption = plainCaption(landmark.title);
  const toldOf = (camera: UprightCamera) => ({
    words: caption,
    ...(tell === "angle" && { azimuth: toldAzimuth(description, camera.azimuth) }),
    ...scale(camera),
  });
  return inLiftFolder(
    out,
    async (saved) => {
      if (existsSync(saved)) putSecond(second, await resumeLift(saved, state, provenance));
      if (second) second.step = state.step;
      const believed = second && variationalDenoiser(second, { config: description.network, words, runtime, toldOf });
      const renderer = fieldRenderer({ runtime });
      try {
        for await (const { step, residual } of distil(state, renderer, denoiser, options, { believed, signal })) {
          await onStep?.({ step, steps, error: residual });
          if (step % checkpointEvery !== 0 && step !== steps) continue;
          await saveLift(saved, state, provenance, secondArrays(second));
          onPreview?.(await writePreview(out, renderer, state.grid, { shown: landmark, size }));
        }
        const about = { model: { name: description.name, sha256 }, settings: asked };
        const made = `a field that geodrift has distilled from the model ${description.name}, and its surface: made up, no survey`;
        return await writeLift(
          out,
          renderer,
          state.grid,
          { shown: landmark, unitM: box.unitM, size, method, made, command, about },
          signal,
        );
      } finally {
        await believed?.dispose();
        await renderer.dispose();
      }
    },
    signal,
  );
}

/** Arrays of a second network, each under the name that it is kept by. */
function secondArrays(second: TrainState | undefined): Record<string, Float32Array> {
  const parts: Record<string, Parameters> = second
    ? { params: second.params, first: second.moments.first, second: second.moments.second }
    : {};
  return Object.fromEntries(
    Object.entries(parts).flatMap(([part, all]) =>
      Object.entries(all).map(([name, { data }]) => [`second.${part}.${name}`, data as Float32Array]),
    ),
  );
}

/** Puts what was kept of a second network into it. */
function putSecond(second: TrainState | undefined, kept: Readonly<Record<string, Float32Array>>): void {
  for (const [name, data] of Object.entries(secondArrays(second))) data.set(kept[name]);
}
