/** What a model makes of a target: told its words, its place, or both. */
import { dualGuidance } from "@geodrift/core";
import { pictureOfPlanes } from "../../imagine/draw.js";
import type { ImagineSettings } from "../../imagine/plan.js";
import type { LoadedImageModel } from "../../models/image-model.js";
import type { Picture } from "../../pictures/picture.js";
import type { Target } from "./targets.js";

/** What a model is told of a target: words, a place, or both. */
export type ConditionName = (target: Target) => { words?: string; place?: Target["shot"]["place"] };

/** What is told, by the name of the row. */
export const conditions = {
  "words alone": ({ words }) => ({ words }),
  "words and country": ({ wordsWithName }) => ({ words: wordsWithName }),
  "words and place": ({ words, shot }) => ({ words, place: shot.place }),
  "place alone": ({ shot }) => ({ place: shot.place }),
} satisfies Record<string, ConditionName>;

/** Settings of the solver and the guidance. */
export type DrawingSettings = Pick<ImagineSettings, "size" | "steps" | "solver" | "guidance">;

/**
 * Draws the picture of a target, with the target's ground width.
 * @param seed of the noise
 * @throws GeodriftError `option` for a solver, a size or words that the model does not know
 */
export async function drawTarget(
  { model }: LoadedImageModel,
  target: Target,
  telling: ConditionName,
  seed: number,
  { guidance, steps, solver, size }: DrawingSettings,
): Promise<Picture> {
  const { words, place } = telling(target);
  const terms = dualGuidance(words, place ? [place] : [], guidance);
  const drawing = { terms, groundKm: target.shot.widthKm, size, seed, steps, solver };
  let picture: Picture | undefined;
  for await (const state of model.draw(drawing))
    if (state.step === steps) picture = pictureOfPlanes(state.picture, size);
  return picture as Picture;
}
