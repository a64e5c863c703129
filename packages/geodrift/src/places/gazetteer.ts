/** Tables of towns, and the nearest town of a place. */
import { distanceKm, type LatLng } from "@geodrift/core";
import { around } from "geokdbush";
import KDBush from "kdbush";

/** A town at its place in degrees, with names as GeoNames has them; empty where it has none. */
export interface Town extends LatLng {
  /** In the local language, as GeoNames has it. */
  name: string;
  /** First-level division: region, state, province. */
  region: string;
  /** Second-level division. */
  district: string;
  /** ISO 3166-1 alpha-2. */
  countryCode: string;
}

/** A table of towns that is searched by place, in degrees. */
export interface Gazetteer {
  /** The nearest town by great-circle distance. */
  nearest(place: LatLng): Town;
  /** The nearest town of a country (ISO 3166-1 alpha-2); undefined if there is none within 300 km. */
  nearestIn(place: LatLng, countryCode: string): Town | undefined;
  /**
   * Nearest in the plane of degrees, as the released code's metric has it (spec §6): distances are stretched towards the
   * poles, and nothing is near across the date line.
   */
  nearestInDegrees(place: LatLng): Town;
  /** Every town, in no particular order. */
  all(): Iterable<Town>;
}

/** Text by row: an array, or what makes it when it is asked for. */
export interface TextColumn {
  /** Rows. */
  readonly length: number;
  /** Text of a row, counted from 0; undefined where there is none. */
  at(row: number): string | undefined;
}

/** Columns of a table: coordinates (longitude, latitude; degrees) in the order of the index, and text by row. */
export interface Columns {
  index: KDBush;
  names: TextColumn;
  regions: TextColumn;
  districts: TextColumn;
  countries: readonly string[];
}

/** A gazetteer over an index and columns of names. */
export function gazetteerOf({ index, names, regions, districts, countries }: Columns): Gazetteer {
  const [lats, lngs] = [new Float64Array(countries.length), new Float64Array(countries.length)];
  index.ids.forEach((id, i) => {
    [lngs[id], lats[id]] = [index.coords[2 * i], index.coords[2 * i + 1]];
  });
  const town = (id: number): Town => ({
    lat: lats[id],
    lng: lngs[id],
    name: names.at(id) ?? "",
    region: regions.at(id) ?? "",
    district: districts.at(id) ?? "",
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
    *all() {
      for (let id = 0; id < countries.length; id++) yield town(id);
    },
  };
}

/**
 * The gazetteer that the build makes: an index, and columns of names, regions, districts and countries, one name to a
 * line. Of half a million names a handful is asked for, so they are read when they are.
 * @param index the bytes of a KDBush index of longitudes and latitudes
 * @param text UTF-8: four columns divided by form feeds, rows by line feeds
 * @throws Error if the bytes are no index
 */
export function readTowns(index: ArrayBuffer, text: Uint8Array): Gazetteer {
  const columns: Uint8Array[] = [];
  for (let from = 0; from <= text.length; ) {
    const end = text.indexOf(formFeed, from);
    columns.push(text.subarray(from, end < 0 ? text.length : end));
    from = end < 0 ? text.length + 1 : end + 1;
  }
  const [names, regions, districts] = columns.map((column) => lines(column));
  // Searches by country go through many of these, of two letters each.
  const countries = utf8.decode(columns[3]).split("\n");
  return gazetteerOf({ index: KDBush.from(index), names, regions, districts, countries });
}

const [lineFeed, formFeed] = [0x0a, 0x0c];
const utf8 = new TextDecoder();

/** The lines of a column; where they begin is found once, with the first that is asked for. */
function lines(column: Uint8Array): TextColumn {
  let starts: Uint32Array | undefined;
  const found = () => {
    // Byte by byte: to look for the next of so many short lines takes longer than to come to it.
    const all = [0];
    for (let i = 0; i < column.length; i++) if (column[i] === lineFeed) all.push(i + 1);
    all.push(column.length + 1);
    return Uint32Array.from(all);
  };
  const begun = () => {
    starts ??= found();
    return starts;
  };
  return {
    get length() {
      return begun().length - 1;
    },
    at(row) {
      const from = begun();
      return row < from.length - 1 ? utf8.decode(column.subarray(from[row], from[row + 1] - 1)) : undefined;
    },
  };
}

/** The nearest town of a place, and the great-circle distance to it in km. */
export function nearestTown(towns: Gazetteer, place: LatLng): Town & { distanceKm: number } {
  const town = towns.nearest(place);
  return { ...town, distanceKm: distanceKm(place, town) };
}
