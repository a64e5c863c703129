/** Where the sun stood as high as a picture shows it: what a shadow's length says of the place. */
import { type Focus, normalize, type Prior, rotate, toLatLng, type Vec3 } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { getPosition } from "suncalc";
import type { Knowledge } from "./known.js";

/** In radians. */
const degree = Math.PI / 180;

/** How far off an altitude may be where nobody says, degrees. */
const usualDegrees = 2;

/** How far off a shadow's length may be where nobody says, percent. */
const usualPercent = 10;

const written =
  /^(sun|shadow):(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)):(\d+(?:\.\d+)?)(?:~(\d+(?:\.\d+)?))?$/i;

/** Is a prior, as people write it, one of the sun's? */
export const isSunPrior = (text: string): boolean => /^(sun|shadow):/i.test(text);

/** Altitudes between which the sun stands, degrees. */
interface Altitudes {
  low: number;
  high: number;
}

/**
 * The band of places where the sun stood so high at a time: `sun:TIME:DEGREES~TOLERANCE`, or, by how many times as long as what casts
 * it a shadow is on level ground, `shadow:TIME:RATIO~PERCENT`. One inside, zero outside; the altitude is the apparent one, with the
 * air's refraction.
 * @param rule begins the sentence of an error
 * @throws GeodriftError `option` if it is written otherwise, or the sun never stands so
 */
export function sunPrior(text: string, rule: string): Knowledge {
  const [, kind, when, size, tolerance] = written.exec(text.trim()) ?? [];
  const time = new Date(when ?? Number.NaN);
  if (when === undefined || Number.isNaN(time.getTime()))
    throw new GeodriftError(
      "option",
      `${rule}; the sun's are sun:TIME:DEGREES~TOLERANCE or shadow:TIME:RATIO~PERCENT with a time as 2024-06-21T10:30Z, got "${text}"`,
    );
  const { low, high } =
    kind.toLowerCase() === "sun"
      ? within(Number(size), Number(tolerance ?? usualDegrees))
      : ofShadow(Number(size), Number(tolerance ?? usualPercent) / 100);
  if (!(low < high) || low >= 90)
    throw new GeodriftError(
      "option",
      `${rule}; the sun stands up to 90 degrees high, within a tolerance, got "${text}"`,
    );
  const inside = (x: Vec3) => {
    const altitude = altitudeAt(time, x);
    return altitude >= low && altitude <= high ? 1 : 0;
  };
  const minute = time.toISOString().slice(0, 16).replace("T", " ");
  return {
    kind: "region",
    label: `the sun ${low.toFixed(1)} to ${high.toFixed(1)}° high at ${minute} UTC`,
    prior: Object.assign(inside, { focus: band(time, { low, high }) }) satisfies Prior,
  };
}

const within = (altitude: number, tolerance: number): Altitudes => ({
  low: altitude - tolerance,
  high: altitude + tolerance,
});

/** A shadow is 1 / tan as long as what casts it is high. */
const ofShadow = (ratio: number, share: number): Altitudes => ({
  low: Math.atan2(1, ratio * (1 + share)) / degree,
  high: Math.atan2(1, Math.max(0, ratio * (1 - share))) / degree,
});

function altitudeAt(time: Date, x: Vec3): number {
  const { lat, lng } = toLatLng(x);
  return getPosition(time, lat, lng).altitude;
}

/** Where the sun stands overhead, nearly: the air lifts it by half a degree at most. */
function subsolarPoint(time: Date): Vec3 {
  const along = (axis: Vec3) => {
    const [there, back] = [axis, axis.map((v) => -v) as unknown as Vec3].map((x) =>
      Math.sin(altitudeAt(time, x) * degree),
    );
    return (there - back) / 2;
  };
  return normalize([along([1, 0, 0]), along([0, 1, 0]), along([0, 0, 1])]);
}

/** Along the band, between two such places, triangles are still narrower than the band: they grow by a third of the distance. */
const widthsApart = 4;

/** Each place costs a look at the whole mesh. Of a band that is narrower than these see, a sure answer finds its part by its own triangles. */
const mostPlaces = 60;

/** Places along the band. */
function band(time: Date, { low, high }: Altitudes): Focus[] {
  const sun = subsolarPoint(time);
  const away = (90 - (low + high) / 2) * degree;
  const aside: Vec3 = Math.abs(sun[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0];
  const axis = normalize([
    sun[1] * aside[2] - sun[2] * aside[1],
    sun[2] * aside[0] - sun[0] * aside[2],
    sun[0] * aside[1] - sun[1] * aside[0],
  ]);
  const first = rotate(sun, axis.map((v) => v * Math.max(0, away)) as unknown as Vec3);
  const around = 2 * Math.PI * Math.sin(Math.max(0, away));
  const width = Math.max(((high - low) / 2) * degree, around / (widthsApart * mostPlaces));
  const count = Math.max(8, Math.ceil(around / (widthsApart * width)));
  return Array.from({ length: count }, (_, i) => ({
    centre: normalize(rotate(first, sun.map((v) => (v * 2 * Math.PI * i) / count) as unknown as Vec3)),
    width,
  }));
}
