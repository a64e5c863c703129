import type { UprightCamera } from "@geodrift/core";
import type { Photographed } from "./photographed.js";
import { type Photo, seenFrom } from "./photos-table.js";

/** Metres above the ground at which people hold cameras. */
const eyeM = 1.6;

/**
 * The camera of a photograph as its GPS position and its lens tell it, metres: level eyes on level ground, the landmark in the middle.
 * @returns nothing where the lens, or the landmark's height, is not known
 */
export function gpsCamera(shown: Photographed, photo: Photo): UprightCamera | undefined {
  const { heightM } = shown;
  if (photo.focal === undefined || heightM === undefined) return undefined;
  const { azimuth, distance } = seenFrom(shown, photo);
  return { azimuth, distance, height: eyeM - heightM / 2, focal: photo.focal };
}
