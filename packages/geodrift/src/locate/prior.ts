/** Priors as people write them: names of places, circles, files of outlines or of places, where photographs are taken. */
import { existsSync } from "node:fs";
import { toVec3 } from "@geodrift/core";
import { GeodriftError, withSubject } from "@geodrift/core/errors";
import type { GeoJSON } from "geojson";
import { readJsonFile } from "../files/json-file.js";
import { readKml, readPlaceFeatures } from "../places/geo-features.js";
import { placesPrior } from "../places/places-prior.js";
import { readPlacesTable } from "../places/places-table.js";
import { namedPriorRule } from "./contract.js";
import type { Knowledge } from "./known.js";
import { namedPrior, partsOf } from "./named-prior.js";
import { hasPolygons, outlinePrior, outlines } from "./outline-prior.js";

/** What `--prior` takes, for help. */
export const priorDescription = `what is known besides: ${namedPriorRule}, a .geojson, .kml or .csv file; several with ; between them`;

/** Is a prior, as people write it, the name of a file? */
export const isPriorFile = (text: string): boolean => /\.(csv|kml|(geo)?json)$/i.test(text);

/**
 * What is known besides, as people write it: several things with semicolons between them.
 * @throws GeodriftError as `readPrior`
 */
export const readPriors = (text: string): Promise<Knowledge[]> =>
  // A file may have a semicolon in its name.
  Promise.all((isPriorFile(text) && existsSync(text) ? [text] : partsOf(text)).map(readPrior));

/**
 * A prior as people write it: what `namedPrior` takes, a GeoJSON file (RFC 7946) whose polygons weigh one or their property
 * `weight`, or a CSV, KML or GeoJSON file of places, near which the picture's is likely.
 * @throws GeodriftError `option` if it is none of these, or a file without places; `not-found`, `file` or `data` for a
 * file that cannot be read or is no such table or GeoJSON
 */
export async function readPrior(text: string): Promise<Knowledge> {
  if (/\.csv$/i.test(text)) return { kind: "region", label: text, prior: await tablePrior(text) };
  if (isPriorFile(text)) {
    const isKml = /\.kml$/i.test(text);
    const json = (isKml ? await readKml(text) : await readJsonFile(text, outlines)) as GeoJSON;
    if (!hasPolygons(json)) return { kind: "region", label: text, prior: await pointsPrior(text) };
    return withSubject(text, () => ({ kind: "region", label: text, prior: outlinePrior(json) }), "data");
  }
  return namedPrior(text, `--prior: ${namedPriorRule}, or a .geojson, .kml or .csv file is needed`);
}

/** Near the places of a map, as of a table. */
async function pointsPrior(file: string) {
  const places = (await readPlaceFeatures(file)).flatMap(({ place }) => place ?? []);
  if (places.length === 0) throw new GeodriftError("data", `${file}: holds neither polygons nor points`);
  return placesPrior(Float64Array.from(places.flatMap((p) => [...toVec3(p)])));
}

async function tablePrior(file: string) {
  const { places } = await readPlacesTable(file, { gaps: true });
  if (places.length === 0) throw new GeodriftError("option", `${file}: holds no places`);
  return placesPrior(Float64Array.from(places.flatMap((p) => [...toVec3(p)])));
}
