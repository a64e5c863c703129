/** What a model says of pictures, kept beside them for the review. */
import { distanceKm, earthRadiusKm, type LatLng, type PlaceDistribution, toLatLng, vectorAt } from "@geodrift/core";
import type { EngineAnswer } from "../engine/engine.js";
import type { Library } from "./library.js";

/** Places that the radius is counted with. */
const places = 1000;

/**
 * Radius in km of the circle around a place that holds so much of the distribution: larger than that of a region of the
 * same mass, which need not be round nor in one piece.
 * @param samples unit vectors [n, 3], which are counted where the distribution has no representatives
 * @param best the middle, degrees
 * @param mass 0…1
 */
export function circleRadiusKm(
  distribution: PlaceDistribution,
  samples: Float64Array,
  best: LatLng,
  mass = 0.9,
): number {
  const points = distribution.representatives?.(places) ?? samples;
  const away = Float64Array.from({ length: points.length / 3 }, (_, i) =>
    distanceKm(best, toLatLng(vectorAt(points, i))),
  ).sort();
  return away[Math.min(away.length - 1, Math.ceil(mass * away.length) - 1)];
}

/**
 * Keeps an answer as the estimate of a picture, with the radius (km, 90 %) that a person is shown.
 * @param picture its number
 */
export const keepAnswer = (
  { store }: Library,
  picture: number,
  { result, distribution, samples }: Pick<EngineAnswer, "result" | "distribution" | "samples">,
): Promise<void> => {
  // Of a method that names a point alone nothing says how far off it is.
  const radiusKm = result.pointOnly ? farthestKm : circleRadiusKm(distribution, samples, result.best);
  return store.estimates.keep(picture, { result, radiusKm });
};

/** Nothing on Earth is farther away. */
const farthestKm = Math.PI * earthRadiusKm;
