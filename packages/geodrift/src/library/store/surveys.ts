/** What a whole archive comes to, without what is said of each picture: for maps, calendars, grids. */
import type { LatLng } from "@geodrift/core";
import type { PlaceSource } from "../states.js";
import type { Database } from "./database.js";
import type { Decision } from "./decisions.js";
import { joined } from "./lists.js";
import { conditionOf, type Order, orderSql, orders, type PictureFilter } from "./picture-filter.js";

/** A picture with where it stands, as far as anybody says. */
export interface SurveyedPicture {
  id: number;
  /** What it is sorted by. */
  sorted: number;
  /** Milliseconds by the camera's clock. */
  takenAt: number | null;
  /** Degrees. */
  place: (LatLng & { by: PlaceSource }) | undefined;
}

interface Row {
  id: number;
  sorted: number;
  takenAt: number | null;
  decided: number;
  source: Extract<Decision, { kind: "accept" }>["decided"]["source"] | null;
  lat: number | null;
  lng: number | null;
  fileLat: number | null;
  fileLng: number | null;
  estimateLat: number | null;
  estimateLng: number | null;
}

/**
 * A decision stands before what the file says, and that before an estimate, which stands for pictures that wait for a word alone. The
 * estimate of one that the model is not for, or that it cannot tell, stands nowhere.
 */
function placeOf(row: Row): SurveyedPicture["place"] {
  const { decided, source, lat, lng, fileLat, fileLng, estimateLat, estimateLng } = row;
  if (decided && lat !== null && lng !== null) return { lat, lng, by: source === "person" ? "person" : "accepted" };
  if (fileLat !== null && fileLng !== null) return { lat: fileLat, lng: fileLng, by: "file" };
  if (estimateLat !== null && estimateLng !== null) return { lat: estimateLat, lng: estimateLng, by: "estimate" };
  return undefined;
}

/** Surveys of the index. */
export const surveys = (database: Database) => ({
  /**
   * All pictures that a filter means, in an order.
   * @param leastBits an estimate stands for a place from so many bits on
   */
  async survey(
    filter: PictureFilter & { order?: Order },
    { leastBits }: { leastBits: number },
  ): Promise<SurveyedPicture[]> {
    const { sql, values } = conditionOf(filter, database.dialect);
    const estimate = (column: string) => `CASE WHEN p.state = 'queue' AND p.bits >= ? THEN e.${column} END`;
    const rows = await database.rows<Row>(
      `SELECT p.id, ${orders[filter.order ?? "number"]} AS sorted, p.taken_at AS "takenAt", CASE WHEN p.state IN ('accepted', 'written') THEN 1 ELSE 0 END AS decided,
         d.source, d.lat, d.lng, p.file_lat AS "fileLat", p.file_lng AS "fileLng",
         ${estimate("lat")} AS "estimateLat", ${estimate("lng")} AS "estimateLng"
       FROM ${joined} WHERE ${sql} ORDER BY ${orderSql(filter.order ?? "number")}`,
      leastBits,
      leastBits,
      ...values,
    );
    return rows.map((row) => ({ id: row.id, sorted: row.sorted, takenAt: row.takenAt, place: placeOf(row) }));
  },

  /** The same without the places, which is four times as fast. */
  inOrder(filter: PictureFilter & { order?: Order }): Promise<Pick<SurveyedPicture, "id" | "takenAt">[]> {
    const { sql, values } = conditionOf(filter, database.dialect);
    return database.rows(
      `SELECT p.id, p.taken_at AS "takenAt" FROM pictures p WHERE ${sql} ORDER BY ${orderSql(filter.order ?? "number")}`,
      ...values,
    );
  },

  /** Cameras with their pictures, most first; 500 at most. */
  cameras: (): Promise<{ camera: string; pictures: number }[]> =>
    database.rows(
      `SELECT camera, count(*) AS pictures FROM pictures WHERE missing = 0 AND camera IS NOT NULL
       GROUP BY camera ORDER BY count(*) DESC, camera LIMIT 500`,
    ),
});
