/** Metrics of single guesses. */

/** GeoScore of the GeoGuessr game: 5000 · exp(−distance / 1492.7 km), 0 … 5000. */
export const geoScore = (distanceKm: number): number => 5000 * Math.exp(-distanceKm / 1492.7);

/** Radii of the field's accuracies, km: street, city, region, country, continent. */
export const accuracyRadiiKm = [1, 25, 200, 750, 2500] as const;

/** Metrics of single guesses by their distances from the truth. */
export interface DistanceMetrics {
  /** Number of guesses. */
  n: number;
  /** Mean distance, km. */
  meanKm: number;
  /** Median distance, km. */
  medianKm: number;
  /** Mean of `geoScore`, 0 … 5000. */
  meanGeoScore: number;
  /** Share of guesses nearer than each radius of `accuracyRadiiKm` (strictly), 0 … 1. */
  accuracy: number[];
}

/**
 * Mean and median distance, GeoScore and accuracies of guesses.
 * @param distancesKm great-circle distance of every guess from the truth, km
 * @throws RangeError for no distances at all
 */
export function distanceMetrics(distancesKm: ArrayLike<number>): DistanceMetrics {
  const n = distancesKm.length;
  if (n === 0) throw new RangeError("distanceMetrics: at least one distance is needed, got none");
  const sorted = Float64Array.from(distancesKm).sort();
  const mean = (f: (d: number) => number) => sorted.reduce((sum, d) => sum + f(d), 0) / n;
  const middle = (n - 1) / 2;
  return {
    n,
    meanKm: mean((d) => d),
    medianKm: (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2,
    meanGeoScore: mean(geoScore),
    accuracy: accuracyRadiiKm.map((r) => mean((d) => (d < r ? 1 : 0))),
  };
}
