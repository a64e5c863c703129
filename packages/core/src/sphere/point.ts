/** Places on the unit sphere: degrees at the edges, unit vectors inside. */
import { GeodriftError } from "../errors/geodrift-error.js";

/** A place in degrees: latitude −90 … 90, longitude −180 … 180. */
export interface LatLng {
  /** Degrees north. */
  lat: number;
  /** Degrees east. */
  lng: number;
}

/** A unit vector: x through (0°, 0°), y through (0°, 90° E), z through the north pole. */
export type Vec3 = readonly [number, number, number];

/** Mean radius of the Earth in km, as the field's metrics use it. */
export const earthRadiusKm = 6371;

const radians = Math.PI / 180;

/**
 * Checks the ranges of a place: latitude −90 … 90 and longitude −180 … 180 degrees.
 * @throws GeodriftError `option` if the latitude or the longitude is out of range (swapped, most often) or not a number
 */
export function checkLatLng({ lat, lng }: LatLng): void {
  if (!(Math.abs(lat) <= 90)) throw new GeodriftError("option", `latitude must lie in -90…90 degrees, got ${lat}`);
  if (!(Math.abs(lng) <= 180)) throw new GeodriftError("option", `longitude must lie in -180…180 degrees, got ${lng}`);
}

/**
 * The unit vector of a place.
 * @throws GeodriftError `option` if the latitude or the longitude is out of range
 */
export function toVec3(place: LatLng): Vec3 {
  checkLatLng(place);
  const [phi, lambda] = [place.lat * radians, place.lng * radians];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

/** The place, in degrees, in the direction of a vector of any length but 0. At a pole the longitude is 0. */
export function toLatLng([x, y, z]: Vec3): LatLng {
  // atan2 with the horizontal radius keeps full precision at the poles, where asin(z) loses half the digits.
  return { lat: Math.atan2(z, Math.hypot(x, y)) / radians, lng: x === 0 && y === 0 ? 0 : Math.atan2(y, x) / radians };
}

/** Scalar product a·b. */
export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Vector product a × b. */
export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** The unit vector in the direction of `v`; not a number for the zero vector. */
export function normalize(v: Vec3): Vec3 {
  const n = Math.hypot(v[0], v[1], v[2]);
  return [v[0] / n, v[1] / n, v[2] / n];
}

/** Angle between unit vectors in radians, exact for tiny and for nearly antipodal ones (Kahan's half-angle form). */
export function angle(a: Vec3, b: Vec3): number {
  const minus = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  const plus = Math.hypot(a[0] + b[0], a[1] + b[1], a[2] + b[2]);
  return 2 * Math.atan2(minus, plus);
}

/**
 * Great-circle distance in km on a sphere of radius 6371 km.
 * @throws GeodriftError `option` if the latitude or the longitude is out of range
 */
export const distanceKm = (a: LatLng, b: LatLng): number => earthRadiusKm * angle(toVec3(a), toVec3(b));

/** Row `i` of an array [n, 3]. */
export const vectorAt = (xs: ArrayLike<number>, i: number): Vec3 => [xs[3 * i], xs[3 * i + 1], xs[3 * i + 2]];
