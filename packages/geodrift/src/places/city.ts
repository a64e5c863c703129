/** The nearest town, from GeoNames (CC BY 4.0). */
import { readFileSync } from "node:fs";
import { distanceKm, type LatLng } from "@geodrift/core";
import { around } from "geokdbush";
import KDBush from "kdbush";

export interface City {
  name: string;
  region: string;
  countryCode: string;
  /** From the place asked about. */
  distanceKm: number;
}

interface Gazetteer {
  index: KDBush;
  names: string[];
  regions: string[];
  countries: string[];
}

let opened: Gazetteer | undefined;

function gazetteer(): Gazetteer {
  if (opened) return opened;
  const bytes = readFileSync(new URL("./cities.kdbush", import.meta.url));
  const index = KDBush.from(new Uint8Array(bytes).buffer);
  const text = readFileSync(new URL("./cities.txt", import.meta.url), "utf8");
  const [names, regions, countries] = text.split("\f").map((column) => column.split("\n"));
  opened = { index, names, regions, countries };
  return opened;
}

/** Nearest on the sphere. */
export function nearestCity({ lat, lng }: LatLng): City {
  const { index, names, regions, countries } = gazetteer();
  const [id] = around(index, lng, lat, 1);
  const place = { lat: index.coords[2 * index.ids.indexOf(id) + 1], lng: index.coords[2 * index.ids.indexOf(id)] };
  return {
    name: names[id],
    region: regions[id],
    countryCode: countries[id],
    distanceKm: distanceKm({ lat, lng }, place),
  };
}
