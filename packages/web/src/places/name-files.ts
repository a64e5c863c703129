/** Names of places as they lie beside the page: made when it is built (scripts/names.ts), fetched when they are needed. */

/** What is named, its name, where, in degrees; the zoom from which on there is room for it; the country that it is or is in (ISO 3166-1 alpha-2). */
export type NameRow = readonly [
  kind: "country" | "water" | "province" | "town",
  name: string,
  lat: number,
  lng: number,
  zoom: number,
  country: string,
];

/** Addresses of the two files: what is seen from afar, and the rest. */
export const nameFiles = { coarse: "map/names.json", fine: "map/names-fine.json" } as const;
