import { earthRadiusKm } from "./point.js";

/** Area of the whole Earth in km², 4πR². */
export const earthAreaKm2 = 4 * Math.PI * earthRadiusKm ** 2;

/**
 * Radius along the ground, in km, of the spherical cap with a given area: A = 2πR²(1 − cos(r/R)). Areas larger than the
 * Earth count as the whole Earth.
 */
export function capRadiusKm(areaKm2: number): number {
  const versine = Math.min(2, areaKm2 / (2 * Math.PI * earthRadiusKm ** 2));
  return earthRadiusKm * 2 * Math.asin(Math.sqrt(versine / 2));
}

/** Area in km² of the spherical cap with a given radius along the ground: 2πR²(1 − cos(r/R)). */
export const capAreaKm2 = (radiusKm: number): number =>
  4 * Math.PI * (earthRadiusKm * Math.sin(radiusKm / earthRadiusKm / 2)) ** 2;
