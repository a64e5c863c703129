/** Pictures of all targets made in one way: scored, and sent round. */

import type { LoadedModel } from "../../models/load.js";
import type { Scorer } from "../../models/scorer-model.js";
import type { Picture } from "../../pictures/picture.js";
import { type RoundTrip, roundTrip } from "./round-trip.js";
import { type ScoreFigures, scoreFigures, scoresOf } from "./scores.js";
import type { Target } from "./targets.js";

/** Name of the row of real views of the places: what can be reached. */
export const realRow = "real view of the place";

/** Scores of the pictures of one row of the evaluation. */
export interface Row {
  name: string;
  /** Mean scores by the judge. */
  scores: ScoreFigures;
  /** The round trip of the satellite views; absent if there are none. */
  roundTrip?: RoundTrip;
}

/**
 * Scores of pictures against the places and facts of their targets.
 * @param pictures one for every target, in the same order
 */
export const scoreTargets = async (
  judge: Scorer,
  pictures: readonly Picture[],
  targets: readonly Target[],
): Promise<ScoreFigures> =>
  scoreFigures(
    await scoresOf(
      judge,
      pictures,
      targets.map((t) => t.shot.place),
      targets.map((t) => t.facts),
    ),
  );

/**
 * Scores pictures, and locates the satellite views among them again.
 * @param pictures one for every target, in the same order
 */
export async function rowOf(
  { judge, locator }: { judge: Scorer; locator: LoadedModel },
  name: string,
  pictures: readonly Picture[],
  targets: readonly Target[],
): Promise<Row> {
  const satellite = targets.flatMap((t, i) => (t.shot.kind === "satellite" ? [i] : []));
  return {
    name,
    scores: await scoreTargets(judge, pictures, targets),
    ...(satellite.length > 0 && {
      roundTrip: await roundTrip(
        locator,
        satellite.map((i) => pictures[i]),
        satellite.map((i) => targets[i].shot.place),
      ),
    }),
  };
}
