/** Scores of pictures, by a judge: how well each fits its place, and its words (Feng et al. 2025, Table 1). */
import type { LatLng } from "@geodrift/core";
import { type AttributeName, attributeNames, classOf } from "../../earth/attributes.js";
import type { ViewFacts } from "../../earth/captions.js";
import type { Scorer } from "../../models/scorer-model.js";
import type { Picture } from "../../pictures/picture.js";
import { type Figure, figures, meanFigure, meanOf } from "../figure.js";

export interface Scores {
  /** 100 times the cosine of picture and place. */
  place: Float64Array;
  /** Per cent of the told attributes that the judge reads off the picture. */
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
  /** Share of the views whose own place fits them best, of all places. */
  found: Figure;
  /** Shares of views whose attribute it reads off, of those that have one it can say, if any has. */
  attributes: Partial<Record<AttributeName, Figure>>;
}

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
