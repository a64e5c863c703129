/** Everything that somebody needs who is to check an answer, in one archive. */
import { readFileSync } from "node:fs";
import { earthAreaKm2 } from "@geodrift/core";
import { strToU8, zipSync } from "fflate";
import { toGeoJson } from "../figures/geojson.js";
import { toSvg } from "../figures/svg.js";
import type { Located } from "../locate/result.js";
import { certainty, formatKm, formatLatLng } from "../locate/text.js";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

export interface EvidenceOptions {
  /** How the model is named on a command line. */
  model: string;
  encoder?: string;
  /** What was known besides the picture, in words. */
  known?: readonly string[];
  /** As --prior takes it, if it can be said there. */
  prior?: string;
}

const percent = (p: number): string => `${(100 * p).toFixed(p < 0.1 ? 1 : 0)} %`;

/** One argument of a shell's command line. */
const quoted = (text: string): string => (/^[\w./:,@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** The command that gives the same answer from the same picture. */
export function reproducingCommand({ result }: Located, { model, encoder, prior }: EvidenceOptions): string {
  const flags = [
    ["--model", model],
    ["--encoder", encoder],
    ["--prior", prior],
    ["--seed", result.seed],
    ["--guidance", result.guidance],
    ["--solver", result.solver],
    ["--steps", result.solver === undefined ? undefined : result.steps],
    // Maps are drawn from the finer mesh, which this answer was read off.
    ["--map", "map.geojson"],
  ];
  const given = flags.flatMap(([flag, value]) => (value === undefined ? [] : [`${flag} ${quoted(String(value))}`]));
  return `geodrift locate ${quoted(result.image)} ${given.join(" ")} --json`;
}

/** A page of text: what was asked, what the answer is, what it rules out, and how to get it again. */
export function evidenceText(located: Located, options: EvidenceOptions): string {
  const { result } = located;
  const list = (rows: string[]) => rows.map((r) => `  - ${r}`).join("\n");
  const { ruledOut, regions, modes, countries, localizabilityBits: bits } = result;
  const named = countries.reduce((sum, c) => sum + c.probability, 0);
  return `EVIDENCE: where a picture may have been taken
This is a hypothesis made by a model, not a proof. It says what the picture looks like to a model that was trained on
other pictures, and is to be checked by other means.

PICTURE
  name     ${result.image}
  sha256   ${result.sha256}

MODEL AND SETTINGS
  geodrift ${version}
  model    ${result.model.name}
  sha256   ${result.model.sha256}
  seed ${result.seed}, guidance ${result.guidance}${result.solver === undefined ? "" : `, solver ${result.solver}, ${result.steps} steps`}
${options.known?.length ? `  known besides the picture:\n${list([...options.known])}\n` : "  nothing besides the picture's pixels was used\n"}
ANSWER
  best guess  ${formatLatLng(result.best)}, ${formatKm(result.place.distanceKm)} from ${result.place.city}, ${result.place.country}
  certainty   ${certainty(bits)} (${bits.toFixed(2)} bits; -3.65 would be anywhere)
  areas
${list(regions.map((r) => `${percent(r.mass)} of the probability lies within ${Math.round(r.areaKm2).toLocaleString("en")} km², as large as a circle of ${formatKm(r.radiusKm)} radius`))}
  candidates, by probability
${list(modes.map((m) => `${formatLatLng(m)}: ${percent(m.mass)}, half of it within ${formatKm(m.radiusKm)}`))}
  countries
${list(countries.slice(0, 10).map((c) => `${c.name}: ${percent(c.probability)}`))}

RULED OUT
  ${Math.round(ruledOut.areaKm2).toLocaleString("en")} km², ${percent(ruledOut.areaKm2 / earthAreaKm2)} of the Earth, hold ${percent(ruledOut.mass)} of the probability together.
  Every country that is not named above, or less than ${percent(1 - Math.min(1, named - 1e-9))} in sum.
  That a place is ruled out means that the model would be surprised, and no more: models err with confidence on pictures
  of a kind that they were not trained on.

FILES
  result.json       the answer in full
  density.geojson   best guess, candidates, outlines of the areas, samples
  map.svg           the same as a map

AGAIN
  ${reproducingCommand(located, options)}
  gives this answer from the same picture, up to the rounding of another machine.
`;
}

/** A zip whose bytes depend on the answer alone. */
export function evidenceBundle(located: Located, options: EvidenceOptions): Uint8Array {
  const { elapsedMs: _, ...result } = located.result;
  const files = {
    "evidence.txt": evidenceText(located, options),
    "result.json": `${JSON.stringify(result, null, 1)}\n`,
    "density.geojson": `${JSON.stringify(toGeoJson(located), null, 1)}\n`,
    "map.svg": toSvg(located),
  };
  // The first moment that a zip can name.
  const mtime = new Date(1980, 0, 1);
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])), { mtime });
}
