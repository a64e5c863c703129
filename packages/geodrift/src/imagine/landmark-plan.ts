/** What is to be drawn of a landmark: from one side or several, or once around. */
import type { Vocabulary } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { plainCaption, sides, weathers } from "../landmarks/captions.js";
import type { LandmarkModelDescription } from "../models/schema.js";
import type { Plan, PlannedPicture } from "./plan.js";
import { readWords } from "./words.js";

/** Things of which a picture has one. */
const exclusive: Record<string, readonly string[]> = { "kinds of weather": weathers, sides };

/**
 * The caption of a picture of a landmark: its name, and the words beside it. A model of one landmark adds the name itself.
 * @throws GeodriftError `option` for words that the model does not know, that contradict each other, or that name no landmark where
 * there are several
 */
export function landmarkCaption(
  { name: model, landmarks }: Pick<LandmarkModelDescription, "name" | "landmarks">,
  vocabulary: Vocabulary,
  text = "",
): string {
  const words = readWords(vocabulary, text, model);
  const contradicting = (what: string, names: readonly string[]) => {
    const own = names.filter((name) => words.includes(name));
    if (own.length > 1)
      throw new GeodriftError("option", `"${text}": a picture has one of several ${what}, got ${own.join(" and ")}`);
    return own[0];
  };
  for (const [what, names] of Object.entries(exclusive)) contradicting(what, names);
  const titles = landmarks.map(({ title }) => title);
  if (contradicting("landmarks", titles) !== undefined) return text;
  if (titles.length > 1)
    throw new GeodriftError("option", `--words: one of ${titles.join(", ")} is needed, got "${text}"`);
  return [plainCaption(titles[0]), text].filter((part) => part !== "").join(", ");
}

const cellOf = (azimuth: number | undefined, words: string, seed: number): PlannedPicture => ({
  label: [azimuth !== undefined && `${Number(azimuth.toFixed(1))}°`, words].filter(Boolean).join(", "),
  places: [],
  ...(azimuth !== undefined && { azimuth }),
  words,
  seed,
});

/** `n` pictures from one side, or of none in particular, with seeds `seed`, `seed + 1`, … */
export const landmarkPicturesPlan = (azimuth: number | undefined, words: string, seed: number, n: number): Plan => ({
  cells: Array.from({ length: n }, (_, k) => {
    const cell = cellOf(azimuth, words, seed + k);
    return { ...cell, label: `${cell.label}, seed ${seed + k}` };
  }),
  columns: Math.ceil(Math.sqrt(n)),
  moving: false,
});

/** Every side with every wording, all from one noise: rows are wordings, columns sides. */
export const landmarkGridPlan = (azimuths: readonly number[], wordings: readonly string[], seed: number): Plan => ({
  cells: wordings.flatMap((words) => azimuths.map((azimuth) => cellOf(azimuth, words, seed))),
  columns: azimuths.length,
  moving: false,
});

/** Once around the landmark, from one noise, clockwise. @param from azimuth of the first picture, degrees */
export const aroundPlan = (from: number, words: string, seed: number, frames: number): Plan => ({
  cells: Array.from({ length: frames }, (_, k) => cellOf((from + (360 * k) / frames) % 360, words, seed)),
  columns: Math.min(frames, 12),
  moving: true,
});
