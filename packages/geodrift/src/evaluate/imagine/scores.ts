/** Scores of pictures, by a judge: how well each fits its place, and its words (Feng et al. 2025, Table 1). */
import type { LatLng } from "@geodrift/core";
import { type AttributeName, attributeNames, classOf } from "../../data/attributes.js";
import type { ViewFacts } from "../../data/captions.js";
import type { Picture } from "../../data/picture.js";
import type { Judge } from "../../models/judge-model.js";
import { type Figure, figures, meanOf } from "../figure.js";

export interface Scores {
  /** 100 times the cosine of picture and place. */
  place: Float64Array;
  /** Per cent of the told attributes that the judge reads off the picture. */
  words: Float64Array;
}

export async function scoresOf(
  judge: Judge,
  pictures: readonly Picture[],
  places: readonly LatLng[],
  facts: readonly ViewFacts[],
): Promise<Scores> {
  const { embeddings, classes } = await judge.judge(pictures);
  const placed = await judge.places(places);
  const { space, heldOut } = judge;
  /** A month that the judge has never seen is none that it can say. */
  const unseen = (name: AttributeName, { month }: ViewFacts) =>
    name === "month" && heldOut.months.some((held) => Number(held) - 1 === month);
  return {
    place: Float64Array.from(pictures, (_, i) => {
      let cosine = 0;
      for (let k = 0; k < space; k++) cosine += embeddings[i * space + k] * placed[i * space + k];
      return 100 * cosine;
    }),
    words: Float64Array.from(pictures, (_, i) => {
      const told = attributeNames.filter((name) => classOf(name, facts[i]) >= 0 && !unseen(name, facts[i]));
      const right = told.filter((name) => classes[name][i] === classOf(name, facts[i]));
      return (100 * right.length) / told.length;
    }),
  };
}

export interface ScoreFigures {
  place: Figure;
  words: Figure;
  /** Of the two, as in the paper's table. */
  average: Figure;
}

export const scoreFigures = ({ place, words }: Scores): ScoreFigures =>
  figures(place.length, (indices) => {
    const [p, w] = [meanOf(place, indices), meanOf(words, indices)];
    return { place: p, words: w, average: (p + w) / 2 };
  });
