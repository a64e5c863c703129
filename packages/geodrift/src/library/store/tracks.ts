import type { TrackPoint } from "../gpx.js";
import type { Database } from "./database.js";

/** Points of the tracks that were taken in. */
export const trackTable = (database: Database) => ({
  /** Keeps a track under the name of its file; one of the same name is replaced. */
  keep: (name: string, points: readonly TrackPoint[]): Promise<void> =>
    database.transaction(async () => {
      await database.run("DELETE FROM track_points WHERE track = ?", name);
      const sql = `INSERT INTO track_points (track, at, lat, lng, segment) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (track, at) DO UPDATE SET lat = excluded.lat, lng = excluded.lng, segment = excluded.segment`;
      for (const { at, lat, lng, segment } of points) await database.run(sql, name, at, lat, lng, segment);
    }),

  /** Points of all tracks between two times (milliseconds since 1970, UTC), track after track; 200,000 at most. */
  between: (from: number, to: number): Promise<(TrackPoint & { track: string })[]> =>
    database.rows(
      `SELECT track, segment, at, lat, lng FROM track_points WHERE at BETWEEN ? AND ? ORDER BY track, at LIMIT 200000`,
      from,
      to,
    ),

  /** The points just before and just after a time (milliseconds since 1970, UTC), as far as there are any. */
  async around(utc: number): Promise<(TrackPoint & { track: string })[]> {
    const nearest = "SELECT track, segment, at, lat, lng FROM track_points WHERE";
    return [
      ...(await database.rows<TrackPoint & { track: string }>(`${nearest} at <= ? ORDER BY at DESC LIMIT 1`, utc)),
      ...(await database.rows<TrackPoint & { track: string }>(`${nearest} at > ? ORDER BY at LIMIT 1`, utc)),
    ];
  },
});
