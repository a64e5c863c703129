/** Pictures taken shortly before or after, whose files say where: a prior for those whose do not. */
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import type { PictureMetadata } from "../pictures/metadata.js";
import { minutesBetween } from "../pictures/taken-time.js";
import type { neighbour } from "./contract.js";
import type { Knowledge } from "./known.js";
import { travelPrior } from "./travel.js";

/** What is known of the time and place of every picture of a run. */
export type Album = ReadonlyMap<string, PictureMetadata & { sha256: string }>;

/** A picture taken about the same time, whose place (degrees) is known; `minutes` after the other, below 0 before. */
export type Neighbour = z.infer<typeof neighbour>;

/**
 * Probability that a picture has nothing to do with those taken about the same time (copied clocks, other people's
 * pictures): from 0.01 for no time between them to 0.1 for an hour and more.
 */
export const elsewhereAfter = (minutes: number): number => Math.min(0.1, 0.01 + (0.09 * minutes) / 60);

/**
 * The pictures with a place within so many minutes of one, nearest in time first; never the picture itself or a copy.
 * @param minutes before or after
 */
export function neighboursOf(image: string, album: Album, minutes: number): Neighbour[] {
  const own = album.get(image);
  const time = own?.takenAt;
  if (time === undefined) return [];
  const clock = { takenAt: time, utcOffsetMinutes: own?.utcOffsetMinutes };
  return [...album]
    .flatMap(([other, { place, takenAt, utcOffsetMinutes, placeErrorMetres, sha256 }]): Neighbour[] => {
      if (sha256 === own?.sha256 || !place || takenAt === undefined) return [];
      // The same picture in another format: its place would be the picture's own.
      if (takenAt === time && isDeepStrictEqual(place, own?.place)) return [];
      const after = minutesBetween({ takenAt, utcOffsetMinutes }, clock);
      const error = placeErrorMetres === undefined ? {} : { errorMetres: placeErrorMetres };
      return [{ image: other, minutes: after, ...place, ...error }];
    })
    .filter((n) => Math.abs(n.minutes) <= minutes)
    .sort((a, b) => Math.abs(a.minutes) - Math.abs(b.minutes))
    .slice(0, most);
}

/** More pictures than these say no more. */
const most = 24;

/**
 * What pictures taken about the same time say.
 * @param neighbours nearest in time first, at least one
 */
export const neighboursKnowledge = (neighbours: readonly Neighbour[]): Knowledge => ({
  kind: "time-neighbours",
  label: `${neighbours.length} taken within ${Math.ceil(Math.abs(neighbours[neighbours.length - 1].minutes))} minutes`,
  prior: travelPrior(neighbours, elsewhereAfter(Math.abs(neighbours[0].minutes))),
});
