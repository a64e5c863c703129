/** What people have said of lifts that they rated without knowing what made them. */
import { GeodriftError } from "@geodrift/core/errors";
import { z } from "zod";
import { type Figure, meanFigure } from "../figure.js";

/** What names on a rating page stand for. */
export const ratingKey = z.strictObject({
  /** Of the page. */
  set: z.string(),
  /** Folder of the lift by name. */
  lifts: z.record(z.string(), z.string()),
});

const rating = z.int().min(1).max(5);

/** What one person has said on a page. */
export const ratings = z.strictObject({
  set: z.string(),
  answers: z
    .array(z.strictObject({ of: z.tuple([z.string(), z.string()]), ratings: z.tuple([rating, rating]) }))
    .min(1),
});

/** One lift, as people have rated it. */
export interface RatedLift {
  lift: string;
  /** Mean of 1 … 5, over answers. */
  rating: Figure;
  /** Share of its pairs in which it was rated higher, ties counted as a half. */
  preferred: Figure;
  /** Answers. */
  n: number;
}

/**
 * Means over people, by lift, the best first.
 * @param given what each of them has saved
 * @throws GeodriftError `data` for ratings of another page
 */
export function rateLifts(
  { set, lifts }: z.infer<typeof ratingKey>,
  given: readonly { file: string; ratings: z.infer<typeof ratings> }[],
): RatedLift[] {
  const byLift = new Map<string, { rating: number; won: number }[]>();
  for (const { file, ratings: own } of given) {
    if (own.set !== set)
      throw new GeodriftError("data", `${file}: rates another page (${own.set}) than this key's (${set})`);
    for (const { of, ratings } of own.answers)
      of.forEach((name, k) => {
        if (!Object.hasOwn(lifts, name))
          throw new GeodriftError("data", `${file}: rates "${name}", which is not in the key`);
        const [mine, other] = [ratings[k], ratings[1 - k]];
        const won = mine === other ? 0.5 : Number(mine > other);
        byLift.set(lifts[name], [...(byLift.get(lifts[name]) ?? []), { rating: mine, won }]);
      });
  }
  return [...byLift]
    .map(([lift, all]) => ({
      lift,
      rating: meanFigure(all.map((a) => a.rating)),
      preferred: meanFigure(all.map((a) => a.won)),
      n: all.length,
    }))
    .sort((a, b) => b.rating.value - a.rating.value);
}
