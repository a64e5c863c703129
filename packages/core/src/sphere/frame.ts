/** Directions at a place: east and north, and turning by a heading. */
import { type LatLng, toVec3, type Vec3 } from "./point.js";

/** An orthonormal, right-handed frame of unit vectors at a place. */
export interface Frame {
  /** Away from the centre of the Earth: the place itself. */
  up: Vec3;
  /** Tangent to the sphere, towards growing longitude. */
  east: Vec3;
  /** Tangent to the sphere, towards growing latitude. */
  north: Vec3;
}

/**
 * The frame of east, north and up at a place. At the poles "east" is that of the given longitude, so the frame stays
 * defined.
 * @throws GeodriftError `option` if the latitude or the longitude is out of range
 */
export function tangentFrame(place: LatLng): Frame {
  const [phi, lambda] = [(place.lat * Math.PI) / 180, (place.lng * Math.PI) / 180];
  const [sp, cp, sl, cl] = [Math.sin(phi), Math.cos(phi), Math.sin(lambda), Math.cos(lambda)];
  return { up: toVec3(place), east: [-sl, cl, 0], north: [-sp * cl, -sp * sl, cp] };
}

/** The frame whose "north" points `headingDegrees` clockwise from true north. */
export function turned({ up, east, north }: Frame, headingDegrees: number): Frame {
  const [s, c] = [Math.sin((headingDegrees * Math.PI) / 180), Math.cos((headingDegrees * Math.PI) / 180)];
  const mix = (a: Vec3, x: number, b: Vec3, y: number): Vec3 => [
    a[0] * x + b[0] * y,
    a[1] * x + b[1] * y,
    a[2] * x + b[2] * y,
  ];
  return { up, east: mix(east, c, north, -s), north: mix(east, s, north, c) };
}
