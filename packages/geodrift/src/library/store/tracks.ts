import type { TrackPoint } from "../gpx.js";
import type { IndexFile } from "./index-file.js";

/** Points of the tracks that were taken in. */
export const trackTable = (index: IndexFile) => ({
  /** Keeps a track under the name of its file; one of the same name is replaced. */
  keep(name: string, points: readonly TrackPoint[]): void {
    index.transaction(() => {
      index.run("DELETE FROM track_points WHERE track = ?", name);
      const sql = "INSERT OR REPLACE INTO track_points (track, at, lat, lng, segment) VALUES (?, ?, ?, ?, ?)";
      for (const { at, lat, lng, segment } of points) index.run(sql, name, at, lat, lng, segment);
    });
  },

  /** The points just before and just after a time (milliseconds since 1970, UTC), as far as there are any. */
  around: (utc: number): (TrackPoint & { track: string })[] =>
    [
      "SELECT track, segment, at, lat, lng FROM track_points WHERE at <= ? ORDER BY at DESC LIMIT 1",
      "SELECT track, segment, at, lat, lng FROM track_points WHERE at > ? ORDER BY at LIMIT 1",
    ].flatMap((sql) => index.rows<TrackPoint & { track: string }>(sql, utc)),
});
