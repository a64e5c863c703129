/** Pictures taken shortly before or after, whose files say where: a prior for those whose do not. */
import { isDeepStrictEqual } from "node:util";
import { angle, earthRadiusKm, type Focus, type Prior, toVec3, type Vec3 } from "@geodrift/core";
import type { z } from "zod";
import type { PictureMetadata } from "../pictures/metadata.js";
import type { neighbour } from "./contract.js";
import type { Knowledge } from "./known.js";

/** What is known of the time and place of every picture of a run. */
export type Album = ReadonlyMap<string, PictureMetadata & { sha256: string }>;

/** A picture taken about the same time, whose place (degrees) is known; `minutes` between the two. */
export type Neighbour = z.infer<typeof neighbour>;

/** Between two pictures, in a car more often than in an aeroplane. */
const speedKmPerHour = 80;

/** What can be walked away from a place in no time by the clock. */
const minKm = 2;

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
  return [...album]
    .flatMap(([other, { place, takenAt, sha256 }]): Neighbour[] => {
      if (sha256 === own?.sha256 || !place || takenAt === undefined) return [];
      // The same picture in another format: its place would be the picture's own.
      if (takenAt === time && isDeepStrictEqual(place, own?.place)) return [];
      return [{ image: other, minutes: Math.abs(takenAt - time) / 60_000, ...place }];
    })
    .filter((n) => n.minutes <= minutes)
    .sort((a, b) => a.minutes - b.minutes);
}

/**
 * What pictures taken about the same time say.
 * @param neighbours nearest in time first, at least one
 */
export const neighboursKnowledge = (neighbours: readonly Neighbour[]): Knowledge => ({
  kind: "time-neighbours",
  label: `${neighbours.length} taken within ${Math.ceil(neighbours[neighbours.length - 1].minutes)} minutes`,
  prior: neighboursPrior(neighbours),
});

interface Bump extends Focus {
  /** Neighbours that it stands for. */
  count: number;
}

/**
 * A mixture of isotropic normal densities around the neighbours, as wide as what can be travelled in between (2 km, and
 * 80 km per hour), and the uniform density. Those beside a nearer one add their weight to it.
 * @param neighbours places in degrees, with the minutes in between; at least one
 * @param elsewhere probability that they say nothing of the picture; `elsewhereAfter` of the nearest in time if left out
 * @returns density per steradian
 */
export function neighboursPrior(neighbours: readonly Omit<Neighbour, "image">[], elsewhere?: number): Prior {
  const apart = elsewhere ?? elsewhereAfter(Math.min(...neighbours.map((n) => n.minutes)));
  const bumps: Bump[] = [];
  for (const { lat, lng, minutes } of [...neighbours].sort((a, b) => a.minutes - b.minutes)) {
    const centre = toVec3({ lat, lng });
    const beside = bumps.find((b) => angle(b.centre, centre) < b.width / 2);
    if (beside) beside.count++;
    else bumps.push({ centre, width: (minKm + (speedKmPerHour * minutes) / 60) / earthRadiusKm, count: 1 });
  }
  const density = (x: Vec3) =>
    bumps.reduce((sum, { centre, width, count }) => {
      const away = angle(x, centre) / width;
      const bump = away > 9 ? 0 : Math.exp(-0.5 * away ** 2) / (2 * Math.PI * width ** 2);
      return sum + (bump * count) / neighbours.length;
    }, 0);
  return Object.assign((x: Vec3) => (1 - apart) * density(x) + apart / (4 * Math.PI), { focus: bumps });
}
