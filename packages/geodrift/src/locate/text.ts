/** Results for people: one line each. */
import { printable } from "../files/printable.js";
import { formatKm, formatLatLng } from "../places/format.js";
import { headline, namesTown } from "./headline.js";
import type { OwnAnswer } from "./known.js";
import type { LocateFailure, LocateResult } from "./result.js";

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

/** Is the picture of a kind that its model is not for, so that the answer means nothing? */
export const isOutside = ({ domain }: Pick<LocateResult, "domain">): boolean => domain?.inside === false;

/** That a picture contradicts what is known, with the place that it would say by itself. */
export const contradictionText = ({ share, best }: OwnAnswer): string =>
  `THE PICTURE CONTRADICTS WHAT IS KNOWN: it gives ${smallPercent(share)} to where that puts it, and by itself says ${formatLatLng(best)}`;

const smallPercent = (p: number): string => (p < 1e-4 ? "less than 0.01 %" : `${(100 * p).toFixed(2)} %`);

/**
 * An answer as one line for people: best guess, radii, odds of countries, certainty; of a picture that the model is not
 * for, that it is none.
 * @param options `anyway` says the answer of such a picture all the same
 */
export function toText(result: LocateResult, { anyway = false } = {}): string {
  if (isOutside(result) && !anyway)
    return `${printable(result.image)}: does not look like ${result.domain?.of}, which is what ${result.model.name} is for; "geodrift models pull plonk-yfcc" fetches a model for photographs, and --anyway says what ${result.model.name} would answer`;
  const image = printable(result.image);
  const { best, place, regions, countries, localizabilityBits, recorded, neighbours } = result;
  const { own } = result;
  const bits = own
    ? `${localizabilityBits.toFixed(1)} bits with what is known, ${own.localizabilityBits.toFixed(1)} of the picture alone`
    : `${localizabilityBits.toFixed(1)} bits`;
  if (result.abstained) return `${image}: cannot tell (${bits})`;
  const where = namesTown(result)
    ? `${formatLatLng(best)} near ${[place.city, place.country].filter(Boolean).join(", ")} (${formatKm(place.distanceKm)})`
    : `${headline(result)}; best guess ${formatLatLng(best)}`;
  const said = recorded ? `; its file says ${formatLatLng(recorded)}, ${formatKm(recorded.distanceKm)} away` : "";
  const notes = result.notes ? `; note: ${printable(result.notes.join("; "))}` : "";
  const marked = isOutside(result) ? `does not look like ${result.domain?.of}, so this means little: ` : "";
  if (result.pointOnly)
    return `${image}: ${marked}${formatLatLng(best)} near ${[place.city, place.country].filter(Boolean).join(", ")}; the method names a point, and does not say how sure it is${said}${notes}`;
  const radii = regions
    .slice(0, 2)
    .map((r) => `${percent(r.mass)} on a circle of ${formatKm(r.radiusKm)}`)
    .join(", ");
  const odds = countries
    .slice(0, 3)
    .filter((c) => c.probability >= 0.05)
    .map((c) => `${c.name} ${percent(c.probability)}`)
    .join(", ");
  const beside = neighbours?.length ? `; with ${neighbours.length} taken about the same time` : "";
  const against = own?.contradicted ? `${contradictionText(own)}: ` : "";
  return `${image}: ${marked}${against}${where}; ${radii}; ${odds}; ${certainty(localizabilityBits)} (${bits})${beside}${said}${notes}`;
}

/** A picture without an answer as one line for people. */
export const failureText = ({ image, error }: LocateFailure): string => `${printable(image)}: ${printable(error)}`;
