/** Results for people: one line each. */
import { formatKm, formatLatLng } from "../places/format.js";
import type { LocateFailure, LocateResult, PlaceName } from "./result.js";

/** A place by its names, the nearest first. */
export const placeText = ({ city, region, country }: Partial<PlaceName>): string =>
  [city, region, country].filter((name, i, all) => name && all.indexOf(name) === i).join(", ");

const percent = (p: number): string => `${Math.round(100 * p)} %`;

/** How much a picture tells, in words. Bits are those of localizability: −3.65 for anywhere. */
export const certaintySteps = [
  { below: -1, words: "almost anywhere" },
  { below: 3, words: "somewhere in a part of the world" },
  { below: 7, words: "in a region" },
  { below: 11, words: "in an area" },
  { below: Number.POSITIVE_INFINITY, words: "at a spot" },
] as const;

/**
 * How much a picture tells, in words.
 * @param bits of localizability: −3.65 for anywhere
 */
export const certainty = (bits: number): string =>
  certaintySteps.find(({ below }) => bits < below)?.words ?? certaintySteps[0].words;

/** An answer as one line for people: best guess, radii, odds of countries, certainty. */
export function toText(result: LocateResult): string {
  const { image, best, place, regions, countries, localizabilityBits, recorded, neighbours } = result;
  const bits = `${localizabilityBits.toFixed(1)} bits`;
  if (result.abstained) return `${image}: cannot tell (${bits})`;
  const near = place.city
    ? ` near ${place.city}${place.country ? `, ${place.country}` : ""} (${formatKm(place.distanceKm)})`
    : "";
  const radii = regions
    .slice(0, 2)
    .map((r) => `${percent(r.mass)} on a circle of ${formatKm(r.radiusKm)}`)
    .join(", ");
  const odds = countries
    .slice(0, 3)
    .filter((c) => c.probability >= 0.05)
    .map((c) => `${c.name} ${percent(c.probability)}`)
    .join(", ");
  const said = recorded ? `; its file says ${formatLatLng(recorded)}, ${formatKm(recorded.distanceKm)} away` : "";
  const beside = neighbours?.length ? `; with ${neighbours.length} taken about the same time` : "";
  return `${image}: ${formatLatLng(best)}${near}; ${radii}; ${odds}; ${certainty(localizabilityBits)} (${bits})${beside}${said}`;
}

/** A picture without an answer as one line for people. */
export const failureText = ({ image, error }: LocateFailure): string => `${image}: ${error}`;
