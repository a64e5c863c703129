/** Views of a landmark as its photographs have them: their lenses, how much of the picture is filled, eyes above the ground, their skies. */
import type { DistilOptions, Generator, UprightCamera } from "@geodrift/core";
import { paintBehind } from "../landmarks/behind.js";
import { filmMm, focalLengths } from "../landmarks/photograph.js";
import { extentOf } from "../landmarks/photographed.js";
import type { LearnedLandmark } from "../models/schema.js";
import { type LandmarkBox, nearest } from "./posed-photos.js";

/** Heights of eyes above the ground, metres; of what is small, less. */
const eyesM = ({ heightM = 0 }: LearnedLandmark) => [Math.min(1.6, heightM / 8), Math.min(12, heightM / 4)] as const;

/** A camera that has a share of its picture filled. */
function cameraOf(
  landmark: LearnedLandmark,
  { unitM, halfHeight }: LandmarkBox,
  { azimuth, focal, fill, eyeM }: { azimuth: number; focal: number; fill: number; eyeM: number },
): UprightCamera {
  const extent = (extentOf(landmark) ?? 0) / unitM;
  return { azimuth, distance: Math.max(nearest, (extent * focal) / fill), height: eyeM / unitM - halfHeight, focal };
}

const focalOf = (random: Generator) => focalLengths[random.integer(focalLengths.length)] / filmMm;

/** Draws views, each from about an azimuth. */
export const landmarkViews =
  (landmark: LearnedLandmark, box: LandmarkBox): DistilOptions["viewAt"] =>
  (azimuth, size, random) => {
    const { fill, behind } = landmark;
    const focal = focalOf(random);
    const share = random.uniform(...fill);
    const camera = cameraOf(landmark, box, { azimuth, focal, fill: share, eyeM: random.uniform(...eyesM(landmark)) });
    const own = behind[random.integer(Math.max(1, behind.length))];
    const background = own ? paintBehind(own, camera, size) : new Float32Array(3 * size * size).fill(random.uniform());
    return { camera, background };
  };

/** Draws the camera of a picture that was drawn itself: nobody knows more of it than its azimuth, and the lens is any. */
export function nominalCamera(
  landmark: LearnedLandmark,
  box: LandmarkBox,
  azimuth: number,
  random: Generator,
): UprightCamera {
  const [low, high] = eyesM(landmark);
  const fill = random.uniform(...landmark.fill);
  return cameraOf(landmark, box, { azimuth, focal: focalOf(random), fill, eyeM: (low + high) / 2 });
}
