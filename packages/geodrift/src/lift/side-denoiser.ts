/** A model of pictures as what distillation asks: told the angle, the side in words, or the name alone. */
import {
  type Asked,
  angleBetween,
  type Denoiser,
  dualGuidance,
  perpNegGuided,
  type Scale,
  type SideShare,
  sideMixture,
  type UprightCamera,
  type WordedSide,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { plainCaption, sideSeen, sides } from "../landmarks/captions.js";
import { extentOf } from "../landmarks/photographed.js";
import { type LoadedLandmarkModel, toldAzimuth } from "../models/image-model.js";
import type { LearnedLandmark } from "../models/schema.js";
import type { LandmarkBox } from "./posed-photos.js";

/** How a model is told which side is asked for. */
export const tells = {
  angle: "as an angle",
  words: "in words: front, side, back (DreamFusion, Poole et al. 2023)",
  "perp-neg":
    "in words that pass into each other, away from those of the other sides (Perp-Neg, Armandpour et al. 2023)",
  name: "not at all",
} as const;
/** How a model is told which side is asked for. */
export type Tell = keyof typeof tells;

/** What is asked of a model. */
export interface Asking {
  tell: Tell;
  /** Scales of the guidance by words and by the angle. */
  guidance: { words: number; place: number };
}

/** Share by which the contrast of the guided picture is drawn to that of the conditional one (MVDream, Shi et al. 2024). */
const rescaled = 0.5;

/** How large a landmark is in the picture of a camera, in units. */
export const scaleOf =
  (landmark: LearnedLandmark, { unitM }: LandmarkBox) =>
  ({ focal, distance }: Pick<UprightCamera, "focal" | "distance">): Scale => ({
    fill: ((extentOf(landmark) ?? 0) / unitM) * (focal / distance),
  });

/**
 * The model, asked for the side that a camera sees.
 * @throws GeodriftError `option` if the model is told no angle, or `data` if the landmark's front is not known, and that is needed
 */
export function sideDenoiser(
  { model, description }: LoadedLandmarkModel,
  landmark: LearnedLandmark,
  box: LandmarkBox,
  { tell, guidance }: Asking,
): Denoiser {
  const { title, facing } = landmark;
  const scale = scaleOf(landmark, box);
  const caption = plainCaption(title);
  if (tell === "angle" && description.angle === "untold")
    throw new GeodriftError(
      "option",
      `${description.name} is told no angle: --no-angle, or --sides for words, is needed`,
    );
  if ((tell === "words" || tell === "perp-neg") && facing === undefined)
    throw new GeodriftError("data", `${title}: where its front looks is not known, and words for its sides need it`);
  const front = facing ?? 0;
  /** The guided sum, with less contrast where guidance has brought about more than the picture itself has. */
  const drawnBack = (guided: Float32Array, conditional: Float32Array) => {
    const factor = rescaled * (deviation(conditional) / Math.max(1e-6, deviation(guided))) + 1 - rescaled;
    return guided.map((v) => factor * v);
  };
  if (tell === "perp-neg")
    return {
      async denoise({ noisy, gamma, size, camera }: Asked) {
        const { positive, negative } = sideMixture(angleBetween(camera.azimuth, front));
        const asked = Object.keys(wordsOf) as WordedSide[];
        const terms = asked.map((side) => ({ weight: 0, words: `${caption}, ${wordsOf[side]}` }));
        const request = { terms: [{ weight: 1 }, ...terms], size, ...scale(camera) };
        const [none, ...told] = (await model.restore(noisy, gamma, request)).each;
        const restored = (all: SideShare[]) =>
          all.map(({ side, weight }) => ({ restored: told[asked.indexOf(side)], weight }));
        const own = restored(positive);
        const conditional = perpNegGuided(none, own, [], 1);
        return drawnBack(perpNegGuided(none, own, restored(negative), guidance.words), conditional);
      },
    };
  return {
    async denoise({ noisy, gamma, size, camera }: Asked) {
      const words = tell === "words" ? `${caption}, ${sideSeen(camera.azimuth, front)}` : caption;
      const terms = dualGuidance(words, tell === "angle" ? [toldAzimuth(description, camera.azimuth)] : [], guidance);
      const { guided, each } = await model.restore(noisy, gamma, { terms, size, ...scale(camera) });
      return drawnBack(guided, each[each.length - 1]);
    },
  };
}

/** Words of each side. */
const wordsOf: Record<WordedSide, string> = { front: sides[0], side: sides[1], back: sides[2] };

function deviation(values: Float32Array): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
}
