/** Countries, and territories with a code of their own, by outlines. */
import { feature } from "@rapideditor/country-coder";

export interface Country {
  /** ISO 3166-1 alpha-2; "XZ" on the high seas, as in UN/LOCODE. */
  code: string;
  name: string;
}

const highSeas: Country = { code: "XZ", name: "high seas" };

export function countryAt(lat: number, lng: number): Country {
  const found = feature([lng, lat], { level: "territory" }) ?? feature([lng, lat], { level: "country" });
  const code = found?.properties.iso1A2;
  return code ? { code, name: found.properties.nameEn } : highSeas;
}
