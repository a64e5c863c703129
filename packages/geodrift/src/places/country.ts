/** Countries, and territories with a code of their own, by outlines. */
import { feature, featuresContaining } from "@rapideditor/country-coder";

/** A country, or a territory with a code of its own. */
export interface Country {
  /** ISO 3166-1 alpha-2; "XZ" on the high seas, as in UN/LOCODE. */
  code: string;
  /** In English. */
  name: string;
}

/** Where no country is. */
export const highSeas: Country = { code: "XZ", name: "high seas" };

/**
 * The country at a place in degrees, by the smallest outline around it that has a code in use: a territory before the
 * country it belongs to.
 * @returns `highSeas` where no outline holds the place
 */
export function countryAt(lat: number, lng: number): Country {
  // Reserved codes, such as FX for the mainland of France or EU, name no country.
  const coded = featuresContaining([lng, lat]).find((f) => f.properties.iso1A2 && f.properties.isoStatus !== "excRes");
  return coded?.properties.iso1A2 ? { code: coded.properties.iso1A2, name: coded.properties.nameEn } : highSeas;
}

/** English name of an ISO 3166-1 alpha-2 code; the code itself if it is unknown. */
export const countryName = (code: string): string => feature(code)?.properties.nameEn ?? code;
