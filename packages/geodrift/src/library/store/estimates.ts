import { anywhereBits, type LocateResult } from "../../locate/result.js";
import { isOutside } from "../../locate/text.js";
import type { Database } from "./database.js";

/** What a model says of a picture. */
export interface EstimateRecord {
  result: LocateResult;
  /** Radius in km of the circle around the best guess that holds 90 % of the probability. */
  radiusKm: number;
  /** Milliseconds since 1970. */
  madeAt: number;
}

/** Estimates of the index: the last one of every picture. */
export const estimateTable = (database: Database) => ({
  /**
   * Keeps an answer as the estimate of a picture, in place of the one before. That of a picture which the model is not for
   * tells nothing.
   */
  keep: (picture: number, { result, radiusKm }: Omit<EstimateRecord, "madeAt">): Promise<void> =>
    database.transaction(async () => {
      await database.run(
        `INSERT INTO estimates (picture, sha256, made_at, radius_km, result, lat, lng) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (picture) DO UPDATE SET sha256 = excluded.sha256, made_at = excluded.made_at,
           radius_km = excluded.radius_km, result = excluded.result, lat = excluded.lat, lng = excluded.lng`,
        picture,
        result.sha256,
        Date.now(),
        radiusKm,
        JSON.stringify(result),
        result.best.lat,
        result.best.lng,
      );
      await database.run(
        "UPDATE pictures SET bits = ? WHERE id = ? AND sha256 = ?",
        isOutside(result) ? anywhereBits : result.localizabilityBits,
        picture,
        result.sha256,
      );
      await database.changed("estimates");
    }),

  /** The estimate of a picture as it is now; undefined if there is none, or the file has changed since. */
  async of(picture: number): Promise<EstimateRecord | undefined> {
    const row = await database.row<{ radiusKm: number; result: string; madeAt: number }>(
      `SELECT e.radius_km AS "radiusKm", e.result, e.made_at AS "madeAt" FROM estimates e JOIN pictures p ON p.id = e.picture
       WHERE e.picture = ? AND e.sha256 = p.sha256`,
      picture,
    );
    return row && { ...row, result: JSON.parse(row.result) as LocateResult };
  },
});
