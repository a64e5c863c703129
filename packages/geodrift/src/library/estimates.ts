/** What a model says of pictures, kept beside them for the review. */
import { distanceKm, type LatLng, type PlaceDistribution, toLatLng, vectorAt } from "@geodrift/core";
import type { LocateResult } from "../locate/result.js";
import type { Library } from "./library.js";

export interface Estimate {
  result: LocateResult;
  /** Of the circle around the best guess that holds 90 % of the probability. */
  radiusKm: number;
}

/** One that is kept, and since when (milliseconds). */
export interface KeptEstimate extends Estimate {
  madeAt: number;
}

/** Places that the radius is counted with. */
const places = 1000;

/**
 * Radius of the circle around a place that holds so much of the distribution: larger than that of a region of the same
 * mass, which need not be round nor in one piece.
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

export function keepEstimate(library: Library, picture: number, { result, radiusKm }: Estimate): void {
  library.transaction(() => {
    library.run(
      `INSERT INTO estimates (picture, sha256, made_at, radius_km, result) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (picture) DO UPDATE SET sha256 = excluded.sha256, made_at = excluded.made_at,
         radius_km = excluded.radius_km, result = excluded.result`,
      picture,
      result.sha256,
      Date.now(),
      radiusKm,
      JSON.stringify(result),
    );
    library.run(
      "UPDATE pictures SET bits = ? WHERE id = ? AND sha256 = ?",
      result.localizabilityBits,
      picture,
      result.sha256,
    );
  });
}

/** The estimate of a picture as it is now; undefined if there is none, or the file has changed since. */
export function estimateOf(library: Library, picture: number): KeptEstimate | undefined {
  const row = library.row<{ radius_km: number; result: string; made_at: number }>(
    `SELECT e.radius_km, e.result, e.made_at FROM estimates e JOIN pictures p ON p.id = e.picture
     WHERE e.picture = ? AND e.sha256 = p.sha256`,
    picture,
  );
  return row && { result: JSON.parse(row.result), radiusKm: row.radius_km, madeAt: row.made_at };
}
