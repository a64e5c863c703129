/** Places and distances as people read them. */
import type { LatLng } from "@geodrift/core";

/** A place for people, to a hundredth of a degree: `48.86°N 2.35°E`. */
export const formatLatLng = ({ lat, lng }: LatLng): string =>
  `${Math.abs(lat).toFixed(2)}°${lat < 0 ? "S" : "N"} ${Math.abs(lng).toFixed(2)}°${lng < 0 ? "W" : "E"}`;

/**
 * A distance in km for people: one decimal below 10 km, then two significant digits, and one more from 1,000 km on;
 * 643.27 km reads as 640 km.
 */
export const formatKm = (km: number): string =>
  km < 10 ? `${km.toFixed(1)} km` : `${grouped(Number(km.toPrecision(km < 1000 ? 2 : 3)))} km`;

/** Thousands apart; by hand, as the first `toLocaleString` loads the languages of the world, in 30 ms. */
const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
