/** From pictures that a model draws from all round to a field (`geodrift lift MODEL --method reconstruct`): what distillation must surpass. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import { azimuthBins, dualGuidance, Generator } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { drawBank, isBankOf } from "../imagine/drawn-bank.js";
import { plainCaption } from "../landmarks/captions.js";
import { emptyBank } from "../landmarks/photo-bank.js";
import { type LoadedLandmarkModel, toldAzimuth } from "../models/image-model.js";
import { nominalCamera } from "./landmark-views.js";
import { inLiftFolder } from "./lift-folder.js";
import { checkSize, landmarkOf, madeFrom } from "./lift-model.js";
import { beginsCoarse, type LiftCall, liftPosed } from "./lift-posed.js";
import { boxOfLandmark, posedBank } from "./posed-photos.js";
import { scaleOf } from "./side-denoiser.js";

/** How a model's own pictures are lifted. */
export interface LiftDrawnOptions {
  /** Pictures of each of 36 sides. */
  pictures: number;
  steps: number;
  /** Pixels along a side of the pictures, and cells across; a size of the model. */
  size: number;
  seed: number;
  /** Scales of the guidance by words and by the angle. */
  guidance: { words: number; place: number };
  /** Name or title of the landmark, of a model of several. */
  landmark?: string;
  /** Folder of what comes out. */
  out: string;
}

/** Steps from noise to picture; and the light that all are drawn in, in words. */
const [drawingSteps, light] = [16, "overcast"];

/**
 * Draws a landmark from all round, and lifts the pictures, as `liftPhotos` does photographs.
 * @throws GeodriftError `option` for a landmark or a size that the model does not have, or a model that is told no angle; `data` for a
 * landmark whose size is not known, or a folder that holds something else; `disk`
 * @throws the signal's reason when it is aborted; what has been done is kept
 */
export async function liftDrawn(
  loaded: LoadedLandmarkModel,
  { pictures, steps, size, seed, guidance, landmark: wanted, out }: LiftDrawnOptions,
  runtime: Runtime,
  command: readonly string[],
  call: LiftCall = {},
): Promise<string[]> {
  const { model, description, sha256 } = loaded;
  const landmark = landmarkOf(description, wanted);
  checkSize(description, size);
  if (description.angle === "untold")
    throw new GeodriftError("option", `${description.name} is told no angle, so it draws no sides to reconstruct from`);
  const box = boxOfLandmark(landmark);
  const n = pictures * azimuthBins;
  const azimuths = Array.from({ length: n }, (_, k) => (360 / azimuthBins) * Math.floor(k / pictures));
  const cameras = azimuths.map((azimuth, k) => nominalCamera(landmark, box, azimuth, new Generator(seed, 9, k)));
  const scale = scaleOf(landmark, box);
  const bank = emptyBank(n, beginsCoarse(size) ? [size, size / 2] : [size], 0);
  const words = `${plainCaption(landmark.title)}, ${light}`;
  const drawing = {
    file: join(out, "pictures.safetensors"),
    made: JSON.stringify({ model: madeFrom(loaded, landmark), pictures, size, seed, guidance, words }),
    model: async () => model,
    request: (k: number) => ({
      terms: dualGuidance(words, [toldAzimuth(description, azimuths[k])], guidance),
      ...scale(cameras[k]),
      size,
      seed: seed * n + k,
      steps: drawingSteps,
      solver: "euler",
    }),
    onPicture: call.onPicture,
    signal: call.signal,
  };
  await inLiftFolder(
    out,
    async (state) => {
      // Nothing of another lift is drawn over.
      const others = existsSync(drawing.file) ? !(await isBankOf(drawing.file, drawing.made)) : existsSync(state);
      if (others) throw new GeodriftError("data", `${out}: holds a lift of other settings; another folder is needed`);
      await drawBank(bank, drawing);
    },
    call.signal,
  );
  const made = `a field that geodrift has fitted to ${n} pictures that the model ${description.name} has drawn, and its surface: made up, no survey`;
  const about = { model: { name: description.name, sha256 }, pictures: n, guidance };
  const posed = posedBank(bank, cameras);
  const all = { ...posed, shown: landmark, box, steps, size, seed, out, method: "reconstruct", made, about };
  return liftPosed(all, runtime, command, call);
}
