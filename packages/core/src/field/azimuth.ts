/** From which side something is seen, out of two places. */
import type { LatLng } from "../sphere/point.js";

const degrees = 180 / Math.PI;

/** An angle within a full turn, 0 … 360°. */
export const fullTurn = (angle: number): number => ((angle % 360) + 360) % 360;

/** How far apart two directions are, 0 … 180°. */
export function angleBetween(a: number, b: number): number {
  const d = fullTurn(a - b);
  return Math.min(d, 360 - d);
}

/**
 * Where a camera stands, seen from a landmark: degrees clockwise from north, 0 … 360 (Feng et al. 2025, §3.2: α =
 * arctan((x − x₀) / (y − y₀)), by all four quadrants).
 * @param published as the paper prints it, without the cosine of the latitude that makes degrees of longitude as long as those of
 * latitude: at 49° bearings are wrong by up to 12°
 */
export function azimuthOf(landmark: LatLng, camera: LatLng, { published = false } = {}): number {
  const lng = fullTurn(camera.lng - landmark.lng + 180) - 180;
  const east = published ? lng : lng * Math.cos(landmark.lat / degrees);
  return fullTurn(Math.atan2(east, camera.lat - landmark.lat) * degrees);
}

/** Number of the bins of an azimuth. */
export const azimuthBins = 36;
/** Degrees of a bin. */
const binDegrees = 360 / azimuthBins;

/** The bin of an azimuth, 0 … 35: that of 0° reaches from −5° to 5°. */
export const binOf = (azimuth: number): number => Math.round(fullTurn(azimuth) / binDegrees) % azimuthBins;

/** The middle of the bin of an azimuth, degrees. @param bins of a full turn; the first is about north */
export const snapped = (azimuth: number, bins: number = azimuthBins): number =>
  (Math.round((fullTurn(azimuth) * bins) / 360) % bins) * (360 / bins);
