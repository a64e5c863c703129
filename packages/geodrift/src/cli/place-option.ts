import { checkLatLng, type LatLng } from "@geodrift/core";
import { isMendable } from "@geodrift/core/errors";
import { InvalidArgumentError } from "commander";

/**
 * A place as people write it on a command line: `LAT,LNG` in degrees.
 * @throws InvalidArgumentError (of commander) for other text, or degrees out of range
 */
export function latLngOption(text: string): LatLng {
  const [, lat, lng] = /^\s*([+-]?\d+(?:\.\d+)?)\s*,\s*([+-]?\d+(?:\.\d+)?)\s*$/.exec(text) ?? [];
  if (lat === undefined) throw new InvalidArgumentError(`It is a place as LAT,LNG in degrees, got "${text}".`);
  const place = { lat: Number(lat), lng: Number(lng) };
  try {
    checkLatLng(place);
  } catch (e) {
    if (!isMendable(e)) throw e;
    throw new InvalidArgumentError(`${e.message[0].toUpperCase()}${e.message.slice(1)}.`);
  }
  return place;
}
