/** Everything that somebody needs who is to check an answer, in one archive. */
import { readFileSync } from "node:fs";
import { earthAreaKm2 } from "@geodrift/core";
import { strToU8, zipSync } from "fflate";
import { toGeoJson } from "../figures/geojson.js";
import { toSvg } from "../figures/svg.js";
import { printable } from "../files/printable.js";
import { shellQuoted } from "../files/shell-quoted.js";
import { headline } from "../locate/headline.js";
import type { Located } from "../locate/result.js";
import { certainty } from "../locate/text.js";
import { formatKm, formatLatLng } from "../places/format.js";
import { evidenceDocument } from "./document.js";
import { evidencePage } from "./page.js";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** What was asked besides the picture, as far as the answer does not say it. */
export interface EvidenceOptions {
  /** How the model is named on a command line. */
  model: string;
  encoder?: string;
  /** As --prior takes it. */
  prior?: string;
  /** Bits, as --abstain takes them. */
  abstain?: number;
  /** Places of other pictures or of a track, which the answer takes in. */
  places?: readonly object[];
  /** Outlines that were drawn, as GeoJSON. */
  region?: object;
  /** What a person has ruled out, and why: a sentence each. */
  remarks?: readonly string[];
  /** The picture, WebP, where it is to be shown. */
  picture?: Uint8Array;
}

/** Pixels of the longer side of a picture that is shown. */
export const shownSide = 1024;

/** Countries that are named. */
const maxCountries = 10;

/** Odds of countries are counted with 256 places. */
const minOdds = 1 / 256;

const percent = (p: number): string => `${(100 * p).toFixed(p < 0.1 ? 1 : 0)} %`;

/** The command line that gives the same answer from the same picture. */
export function reproducingCommand({ result }: Located, { model, encoder, prior, abstain }: EvidenceOptions): string {
  const flags = [
    ["--model", model],
    ["--encoder", encoder],
    ["--prior", prior],
    ["--abstain", abstain],
    ["--seed", result.seed],
    ["--guidance", result.guidance],
    ["--solver", result.solver],
    ["--steps", result.solver === undefined ? undefined : result.steps],
    // Maps are drawn from the finer mesh, which this answer was read off.
    ["--map", "map.geojson"],
  ];
  const given = flags.flatMap(([flag, value]) =>
    value === undefined ? [] : [`${flag} ${shellQuoted(String(value))}`],
  );
  return `geodrift locate ${shellQuoted(result.image)} ${given.join(" ")} --json`;
}

/** Was something taken in that no command line says? */
const besides = ({ places = [], region }: EvidenceOptions): boolean => places.length > 0 || region !== undefined;

/** A page of text: what was asked, what the answer is, what it rules out, and how to get it again. */
export function evidenceText(located: Located, options: EvidenceOptions): string {
  const { result } = located;
  const { remarks = [] } = options;
  const known = result.contributions?.map((k) => k.label) ?? [];
  const list = (rows: string[]) => rows.map((r) => `  - ${r}`).join("\n");
  const { ruledOut, regions, modes, countries, localizabilityBits: bits } = result;
  const named = countries.slice(0, maxCountries).reduce((sum, c) => sum + c.probability, 0);
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
${known.length > 0 ? `  known besides the picture, and multiplied with it:\n${list(known)}\n` : "  nothing besides the picture's pixels was used\n"}
ANSWER
  in words    ${headline(result)}
  best guess  ${formatLatLng(result.best)}${result.place.city ? `, ${formatKm(result.place.distanceKm)} from ${result.place.city}, ${result.place.country}` : ""}
  certainty   ${certainty(bits)} (${bits.toFixed(2)} bits; -3.65 would be anywhere)
  areas
${list(regions.map((r) => `${percent(r.mass)} of ${r.densityMass === undefined ? "the probability lies" : "true places have lain"} within ${Math.round(r.areaKm2).toLocaleString("en")} km², as large as a circle of ${formatKm(r.radiusKm)} radius${r.densityMass === undefined ? "" : ` (${percent(r.densityMass)} of the density's own probability)`}`))}
  candidates, by probability
${list(modes.map((m) => `${m.name}, ${formatLatLng(m)}: ${percent(m.mass)}, half of it within ${formatKm(m.radiusKm)}`))}
  countries
${list(countries.slice(0, maxCountries).map((c) => `${c.name}: ${percent(c.probability)}`))}

RULED OUT
  ${Math.round(ruledOut.areaKm2).toLocaleString("en")} km², ${percent(ruledOut.areaKm2 / earthAreaKm2)} of the Earth, hold ${percent(ruledOut.mass)} of ${regions[0]?.densityMass === undefined ? "the probability" : "true places"} together.
  Countries that are not named above hold ${1 - named < minOdds ? `less than ${percent(minOdds)}` : percent(1 - named)} together.
  That a place is ruled out means that the model would be surprised, and no more: models err with confidence on pictures
  of a kind that they were not trained on.

${
  remarks.length > 0
    ? `RULED OUT BY HAND
  By whoever asked, not by the model, which was asked again without these places:
${list(remarks.map(printable))}

`
    : ""
}FILES
  result.json       the answer in full
  settings.json     how it was asked for
  density.geojson   best guess, candidates, outlines of the areas, samples
  map.svg           the same as a map
  evidence.html     this text with the map${options.picture ? " and the picture" : ""}, to be read
  evidence.pdf      the same, to be filed and printed${besides(options) ? "\n  known.json        places and outlines that were taken in" : ""}

AGAIN
  ${reproducingCommand(located, options)}
  or  geodrift evidence verify THIS.zip ${shellQuoted(result.image)}
  gives ${besides(options) ? "what the picture and --prior alone give; no command takes in the places and outlines of known.json" : "this answer"} from the same picture, up to the rounding of another machine.
`;
}

/**
 * A zip archive of `evidence.txt`, `evidence.html`, `evidence.pdf`, `result.json`, `settings.json`, `density.geojson`, `map.svg` and what was taken in besides; its bytes
 * depend on the answer alone, and on the picture where it is shown.
 */
export async function evidenceBundle(located: Located, options: EvidenceOptions): Promise<Uint8Array> {
  const { elapsedMs: _, ...result } = located.result;
  const { model, encoder, prior, abstain, remarks } = options;
  const [text, map] = [evidenceText(located, options), toSvg(located)];
  const files = {
    "evidence.txt": text,
    "evidence.html": evidencePage(text, map, options.picture),
    "evidence.pdf": await evidenceDocument(text, map, options.picture),
    "result.json": `${JSON.stringify(result, null, 1)}\n`,
    "settings.json": `${JSON.stringify({ model, encoder, prior, abstain, remarks, samples: located.samples.length / 3 }, null, 1)}\n`,
    "density.geojson": `${JSON.stringify(toGeoJson(located), null, 1)}\n`,
    "map.svg": map,
    ...(besides(options) && {
      "known.json": `${JSON.stringify({ places: options.places, region: options.region }, null, 1)}\n`,
    }),
  };
  // The first moment that a zip can name.
  const mtime = new Date(1980, 0, 1);
  return zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, file]) => [name, typeof file === "string" ? strToU8(file) : file]),
    ),
    { mtime },
  );
}
