/** Pictures of the same folder: nearness in time says something, and nearness in the folder a little. */
import { angle, earthRadiusKm, type LatLng, type Prior, toVec3 } from "@geodrift/core";
import { type Bump, mixturePrior } from "./bumps.js";

/** Within a folder of one outing. */
const speedKmPerHour = 80;

/** What can be walked away from a place in no time by the clock. */
const minKm = 2;

/** Within a day's outing: of pictures without a time, and of those whose times say less or more. */
const outing = { least: 30, most: 600 };

const minutesOf = ({ minutes }: { minutes?: number }): number =>
  Math.min(outing.most, Math.max(outing.least, Math.abs(minutes ?? outing.most)));

/**
 * A mixture of isotropic normal densities around the places, as wide as what can be travelled in between (2 km, and 80 km per hour),
 * and the uniform density. Those beside a nearer one add their weight to it.
 * @param places degrees, with the minutes in between where they are known, from half an hour to ten; at least one
 * @param elsewhere probability that they say nothing of the picture
 * @returns density per steradian
 */
export function albumPrior(places: readonly (LatLng & { minutes?: number })[], elsewhere: number): Prior {
  const bumps: Bump[] = [];
  for (const place of [...places].sort((a, b) => minutesOf(a) - minutesOf(b))) {
    const centre = toVec3(place);
    const weight = 1 / places.length;
    const beside = bumps.find((b) => angle(b.centre, centre) < b.width / 2);
    if (beside) beside.weight += weight;
    else bumps.push({ centre, width: (minKm + (speedKmPerHour * minutesOf(place)) / 60) / earthRadiusKm, weight });
  }
  return mixturePrior(bumps, elsewhere);
}
