/** Countries, territories with a code of their own, and continents, by outlines. */
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
export const countryAt = (lat: number, lng: number): Country => areasAt(lat, lng).country;

/** The continents, with the Americas as two, by their numbers in the United Nations' M49. */
const continents = new Set(["002", "003", "005", "009", "010", "142", "150"]);

/**
 * The country at a place in degrees, as `countryAt` has it, and the continent.
 * @returns the high seas for both where no outline holds the place
 */
export function areasAt(lat: number, lng: number): { country: Country; continent: string } {
  const around = featuresContaining([lng, lat]).map((f) => f.properties);
  // Reserved codes, such as FX for the mainland of France or EU, name no country.
  const coded = around.find((f) => f.iso1A2 && f.isoStatus !== "excRes");
  return {
    country: coded?.iso1A2 ? { code: coded.iso1A2, name: coded.nameEn } : highSeas,
    continent: around.find((f) => f.m49 && continents.has(f.m49))?.nameEn ?? highSeas.name,
  };
}

/** English name of an ISO 3166-1 alpha-2 code; the code itself if it is unknown. */
export const countryName = (code: string): string => feature(code)?.properties.nameEn ?? code;
