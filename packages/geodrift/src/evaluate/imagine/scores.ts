/** Scores of pictures, by a judge: how well each fits its place, and its words (Feng et al. 2025, Table 1). */
import type { LatLng } from "@geodrift/core";
import { type AttributeName, attributeNames, classOf } from "../../earth/attributes.js";
import type { ViewFacts } from "../../earth/captions.js";
import type { Scorer } from "../../models/scorer-model.js";
import type { Picture } from "../../pictures/picture.js";
import { type Figure, figures, meanFigure, meanOf } from "../figure.js";

/** Scores of pictures by a judge, [n] each. */
export interface Scores {
  /** 100 times the cosine of picture and place in the judge's space, −100 … 100. */
  place: Float64Array;
  /** Per cent of the told attributes that the judge reads off the picture, 0 … 100. */
  words: Float64Array;
}

/** The attributes of a view that the judge can say: of months, those that it has seen. */
const sayable = ({ heldOut }: Scorer, facts: ViewFacts): AttributeName[] =>
  attributeNames.filter(
    (name) =>
      classOf(name, facts) >= 0 &&
      !(name === "month" && heldOut.months.some((month) => Number(month) - 1 === facts.month)),
  );

function cosine({ space }: Scorer, a: Float32Array, i: number, b: Float32Array, j: number): number {
  let sum = 0;
  for (let k = 0; k < space; k++) sum += a[i * space + k] * b[j * space + k];
  return sum;
}

/**
 * Scores pictures against places and facts, one of each for every picture. Months that the judge has never seen are left
 * out.
 * @param places degrees
 */
export async function scoresOf(
  judge: Scorer,
  pictures: readonly Picture[],
  places: readonly LatLng[],
  facts: readonly ViewFacts[],
): Promise<Scores> {
  const { embeddings, classes } = await judge.judge(pictures);
  const placed = await judge.places(places);
  return {
    place: Float64Array.from(pictures, (_, i) => 100 * cosine(judge, embeddings, i, placed, i)),
    words: Float64Array.from(pictures, (_, i) => {
      const told = sayable(judge, facts[i]);
      const right = told.filter((name) => classes[name][i] === classOf(name, facts[i]));
      return (100 * right.length) / told.length;
    }),
  };
}

/** How far a judge can be trusted, on real views. */
export interface ScorerFigures {
  /** Share of the views whose own place fits them best, of the places of all views, 0 … 1. */
  found: Figure;
  /** Accuracy of each attribute, 0 … 1, over the views that have one that the judge can say; absent if no view has. */
  attributes: Partial<Record<AttributeName, Figure>>;
}

/**
 * How far a judge can be trusted: its accuracies on real views.
 * @param pictures real views, with their places (degrees) and facts in the same order
 */
export async function scorerFigures(
  judge: Scorer,
  pictures: readonly Picture[],
  places: readonly LatLng[],
  facts: readonly ViewFacts[],
): Promise<ScorerFigures> {
  const { embeddings, classes } = await judge.judge(pictures);
  const placed = await judge.places(places);
  const found = pictures.map((_, i) => {
    const own = cosine(judge, embeddings, i, placed, i);
    return places.every((_, j) => cosine(judge, embeddings, i, placed, j) <= own) ? 1 : 0;
  });
  const right = (name: AttributeName) =>
    facts.map((own, i) => {
      if (!sayable(judge, own).includes(name)) return Number.NaN;
      return classes[name][i] === classOf(name, own) ? 1 : 0;
    });
  const attributes = attributeNames.flatMap((name) => {
    const own = right(name);
    return own.every(Number.isNaN) ? [] : [[name, meanFigure(own)]];
  });
  return { found: meanFigure(found), attributes: Object.fromEntries(attributes) };
}

/** Mean scores, with 95 % intervals. */
export interface ScoreFigures {
  /** Mean place score, −100 … 100. */
  place: Figure;
  /** Mean words score, 0 … 100. */
  words: Figure;
  /** Mean of the two, as in Table 1 of the paper. */
  average: Figure;
}

/** Means of scores over pictures, as figures. */
export const scoreFigures = ({ place, words }: Scores): ScoreFigures =>
  figures(place.length, (indices) => {
    const [p, w] = [meanOf(place, indices), meanOf(words, indices)];
    return { place: p, words: w, average: (p + w) / 2 };
  });
