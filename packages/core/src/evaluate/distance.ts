/** Metrics of single guesses. */

/** GeoScore of the GeoGuessr game, 0 … 5000 (spec §6). */
export const geoScore = (distanceKm: number): number => 5000 * Math.exp(-distanceKm / 1492.7);

/** Radii of the field's accuracies: street, city, region, country, continent. */
export const accuracyRadiiKm = [1, 25, 200, 750, 2500] as const;

export interface DistanceMetrics {
  n: number;
  meanKm: number;
  medianKm: number;
  meanGeoScore: number;
  /** Share of guesses nearer than each radius of `accuracyRadiiKm`. */
  accuracy: number[];
}

/** @throws RangeError for no distances at all */
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
