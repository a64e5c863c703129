import type { UprightCamera } from "@geodrift/core";
import type { Photographed } from "./photographed.js";
import { type Photo, seenFrom } from "./photos-table.js";

/** Metres above the ground at which people hold cameras. */
const eyeM = 1.6;

/**
 * The camera of a photograph as its GPS position and its lens tell it, metres, the landmark in the middle: as high as its GPS says, where
 * that and the landmark's own altitude are known, else eyes on level ground.
 * @returns nothing where the lens, or the landmark's height, is not known
 */
export function gpsCamera(shown: Photographed, photo: Photo): UprightCamera | undefined {
  const { heightM, altitudeM } = shown;
  if (photo.focal === undefined || heightM === undefined) return undefined;
  const { azimuth, distance } = seenFrom(shown, photo);
  const aboveGround = photo.altitude !== undefined && altitudeM !== undefined ? photo.altitude - altitudeM : eyeM;
  return { azimuth, distance, height: aboveGround - heightM / 2, focal: photo.focal };
}
