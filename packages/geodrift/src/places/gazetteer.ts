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
}

/** Columns of a table: coordinates (longitude, latitude; degrees) in the order of the index, and text by row. */
export interface Columns {
  index: KDBush;
  names: readonly string[];
  regions: readonly string[];
  districts: readonly string[];
  countries: readonly string[];
}

/** A gazetteer over an index and columns of names. */
export function gazetteerOf({ index, names, regions, districts, countries }: Columns): Gazetteer {
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

/**
 * The gazetteer that the build makes: an index, and columns of names, regions, districts and countries, one name to a
 * line.
 * @param index the bytes of a KDBush index of longitudes and latitudes
 * @param text four columns divided by form feeds, rows by line feeds
 * @throws Error if the bytes are no index
 */
export function readTowns(index: ArrayBuffer, text: string): Gazetteer {
  const [names, regions, districts, countries] = text.split("\f").map((column) => column.split("\n"));
  return gazetteerOf({ index: KDBush.from(index), names, regions, districts, countries });
}

/** The nearest town of a place, and the great-circle distance to it in km. */
export function nearestTown(towns: Gazetteer, place: LatLng): Town & { distanceKm: number } {
  const town = towns.nearest(place);
  return { ...town, distanceKm: distanceKm(place, town) };
}
