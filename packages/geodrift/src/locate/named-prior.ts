/** Places by name as priors: countries, continents, provinces, towns, circles; and what is not there. */
import { angle, earthRadiusKm, type Focus, type LatLng, type Prior, toLatLng, toVec3, type Vec3 } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { formatLatLng } from "../places/format.js";
import { closestNames, type NamedArea, namedArea } from "../places/named-area.js";
import { photosPrior } from "../places/places-prior.js";
import { namedPriorRule } from "./contract.js";
import type { Knowledge } from "./known.js";
import { isSunPrior, sunPrior } from "./sun-prior.js";

/**
 * What is known besides, by name: several things with semicolons between them.
 * @param rule begins the sentence of an error
 * @throws GeodriftError as `namedPrior`
 */
export const namedPriors = (text: string, rule?: string): Promise<Knowledge[]> =>
  Promise.all(partsOf(text).map((part) => namedPrior(part, rule)));

/** The parts of several things that are known, as people write them. */
export function partsOf(text: string): string[] {
  const parts = text.split(";").map((part) => part.trim());
  // Whoever writes nothing is told so.
  return parts.length > 1 ? parts.filter(Boolean) : parts;
}

/**
 * A prior by name: a country, a continent, a province or a town (with its country, or of several the largest, and 50 km
 * around), `within:KM:` and a town or LAT,LNG, `photos` for where photographs are taken, where the sun stood so high (`sunPrior`), or
 * `not:` and one of these.
 * @param rule begins the sentence of an error
 * @throws GeodriftError `option` if it is none of these, with the names that are most like it
 */
export async function namedPrior(text: string, rule = `"prior" is ${namedPriorRule}`): Promise<Knowledge> {
  const excluded = /^not:\s*(.+)$/i.exec(text);
  if (excluded?.[1] === "photos")
    throw new GeodriftError("option", `${rule}; not: takes the name of a place or a circle, got "${text}"`);
  if (excluded) return negated(await namedPrior(excluded[1], rule));
  if (text === "photos") return { kind: "region", label: "where photographs are taken", prior: await photosPrior() };
  if (text.startsWith("within:")) return circle(text, rule);
  if (isSunPrior(text)) return sunPrior(text, rule);
  const area = await namedArea(text);
  if (!area) throw new GeodriftError("option", `${rule}, got "${text}"${await suggestions(text)}`);
  return "town" in area
    ? around(area.town, townKm, area.label)
    : { kind: "region", label: area.label, prior: insideOf(area) };
}

/** How far a town's name is taken to reach. */
const townKm = 50;

async function suggestions(text: string): Promise<string> {
  const names = await closestNames(text);
  return names.length > 0 ? `; did you mean ${names.map((name) => `"${name}"`).join(" or ")}?` : "";
}

const insideOf = ({ holds, focus }: Extract<NamedArea, { holds: unknown }>): Prior =>
  Object.assign((x: Vec3) => (holds(toLatLng(x)) ? 1 : 0), { focus });

function negated({ kind, label, prior }: Knowledge): Knowledge {
  const outside = (x: Vec3) => (prior(x) > 0 ? 0 : 1);
  return { kind, label: `not ${label}`, prior: Object.assign(outside, { focus: prior.focus }) };
}

async function circle(text: string, rule: string): Promise<Knowledge> {
  const [, km, where] = /^within:([^:]*):(.+)$/.exec(text) ?? [];
  const wrong = () =>
    new GeodriftError(
      "option",
      `${rule}; within:KM:LAT,LNG has a radius in km and a place in degrees or by name, got "${text}"`,
    );
  if (where === undefined || !/^[\d.]+$/.test(km) || !(Number(km) > 0)) throw wrong();
  const numbers = /^(-?[\d.]+),\s*(-?[\d.]+)$/.exec(where)?.slice(1).map(Number);
  if (numbers && !numbers.every(Number.isFinite)) throw wrong();
  if (numbers) return around({ lat: numbers[0], lng: numbers[1] }, Number(km));
  const area = await namedArea(where, "town");
  if (!area || !("town" in area))
    throw new GeodriftError(
      "option",
      `${rule}; within:KM: wants LAT,LNG or a town, got "${where}"${await suggestions(where)}`,
    );
  return around(area.town, Number(km), area.label);
}

/** @throws GeodriftError `option` for a place that there is none */
function around(place: LatLng, km: number, name = formatLatLng(place)): Knowledge {
  const centre = toVec3(place);
  const radius = km / earthRadiusKm;
  const focus: Focus[] = [{ centre, width: radius / 2 }];
  const inside = (x: Vec3) => (angle(x, centre) <= radius ? 1 : 0);
  return { kind: "region", label: `within ${km} km of ${name}`, prior: Object.assign(inside, { focus }) };
}
