/** Lists over several tables: pictures with their estimates and decisions. */
import type { LatLng } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import type { LocateResult } from "../../locate/result.js";
import type { State } from "../states.js";
import type { Database } from "./database.js";
import { type Decision, type DecisionRow, decisionOf, type Word } from "./decisions.js";
import { lots, marks } from "./lots.js";
import { conditionOf, type Order, orderSql, orders, type PictureFilter } from "./picture-filter.js";
import { notesOf } from "./pictures.js";

/** Which pictures a page has, and in which order. */
export interface PageFilter extends PictureFilter {
  order?: Order;
  /** Most pictures of a page; 100 if left out. */
  limit?: number;
  /** As the page before gave it. */
  after?: string;
}

/** A picture with what is said of it. */
export interface ListedRecord {
  id: number;
  path: string;
  /** Number of the folder that was added. */
  folder: number;
  album: string;
  state: State;
  sha256: string | null;
  /** Milliseconds by the camera's clock. */
  takenAt: number | null;
  /** Minutes that the camera's clock is ahead of UTC, where that is known. */
  utcOffsetMinutes: number | null;
  /** Where the time comes from. */
  takenFrom: string | null;
  /** What is said and was not used, with its reason. */
  notes: string[];
  camera: string | null;
  /** Pixels, turned as EXIF says. */
  width: number | null;
  /** Pixels, turned as EXIF says. */
  height: number | null;
  /** What the file or a sidecar says, degrees. */
  recorded: LatLng | null;
  error: string | null;
  errorCode: string | null;
  /** What the state stands on, where a person has said something. */
  decision: Decision | undefined;
  /** The last word on it that has not been taken back, of whichever bytes. */
  lastWord: Word | null;
  /** The answer, its localizability, the radius of 90 % in km, and when it was made (milliseconds since 1970). */
  estimate: { result: LocateResult; bits: number; radiusKm: number; madeAt: number } | undefined;
}

interface Row
  extends Omit<ListedRecord, "recorded" | "decision" | "lastWord" | "estimate" | "notes">,
    Omit<DecisionRow, "id"> {
  notes: string | null;
  fileLat: number | null;
  fileLng: number | null;
  bits: number | null;
  estimateRadiusKm: number | null;
  madeAt: number | null;
  result: string | null;
  decisionId: number | null;
}

const columns = `p.id, p.path, p.folder, p.album, p.state, p.sha256, p.taken_at AS "takenAt", p.camera, p.width, p.height,
  p.utc_offset_minutes AS "utcOffsetMinutes", p.taken_from AS "takenFrom", p.notes, p.file_lat AS "fileLat", p.file_lng AS "fileLng", p.error, p.error_code AS "errorCode", p.bits,
  e.radius_km AS "estimateRadiusKm", e.made_at AS "madeAt", e.result,
  d.id AS "decisionId", d.kind, d.level, d.lat, d.lng, d.radius_km AS "radiusKm", d.source, d.place, d.model, d.known, d.who, d.at`;

/** The last word on a picture. */
export const decided =
  "LEFT JOIN decisions d ON d.id = (SELECT max(id) FROM decisions WHERE picture = p.id AND undone = 0)";

/** States that the last word has led to; in the others it is of other bytes, or there is none. */
const decidedStates: readonly State[] = ["accepted", "written", "rejected", "not-a-place"];

/** Pictures `p` with the estimates `e` of their bytes and the last words `d` on them. */
export const joined = `pictures p LEFT JOIN estimates e ON e.picture = p.id AND e.sha256 = p.sha256 ${decided}`;

function recordOf(row: Row): ListedRecord {
  const { id, path, folder, album, state, sha256, takenAt, camera, width, height, error, errorCode } = row;
  const { utcOffsetMinutes, takenFrom, notes } = row;
  const { fileLat, fileLng, bits, estimateRadiusKm, madeAt, result, decisionId, ...decision } = row;
  return {
    ...{ id, path, folder, album, state, sha256, takenAt, camera, width, height, error, errorCode },
    ...{ utcOffsetMinutes, takenFrom, notes: notesOf(notes) },
    recorded: fileLat === null || fileLng === null ? null : { lat: fileLat, lng: fileLng },
    decision:
      decisionId === null || !decidedStates.includes(state) ? undefined : decisionOf({ ...decision, id: decisionId }),
    lastWord: decisionId === null ? null : { id: decisionId, kind: decision.kind, who: decision.who, at: decision.at },
    // Read when it is asked for: an export of a whole archive asks for none.
    get estimate() {
      if (result === null || bits === null || estimateRadiusKm === null || madeAt === null) return undefined;
      return { result: JSON.parse(result) as LocateResult, bits, radiusKm: estimateRadiusKm, madeAt };
    },
  };
}

/** A place, in degrees, that a file or a person says of another picture. */
export interface SaidPlace extends LatLng {
  /** Number of that picture. */
  picture: number;
  path: string;
  /** Milliseconds by the camera's clock. */
  takenAt: number | null;
  /** Minutes that its clock is ahead of UTC, where that is known. */
  utcOffsetMinutes: number | null;
  /** Metres that the place may be off, where the file says so. */
  placeErrorMetres: number | null;
  sha256: string | null;
}

/**
 * Places that files or people say: never a model's own, accepted or not, or one mistake would make the next. A picture without
 * a place of its own has a person's pin where the last decision is one.
 */
const said = `
  SELECT p.id AS picture, p.path, p.taken_at AS "takenAt", p.sha256,
    p.utc_offset_minutes AS "utcOffsetMinutes", CASE WHEN d.source = 'person' AND d.level = 'point' THEN 1000 * d.radius_km ELSE p.place_error_metres END
      AS "placeErrorMetres",
    CASE WHEN d.source = 'person' AND d.level = 'point' THEN d.lat ELSE p.file_lat END AS lat,
    CASE WHEN d.source = 'person' AND d.level = 'point' THEN d.lng ELSE p.file_lng END AS lng
  FROM pictures p LEFT JOIN decisions d ON d.id =
    (SELECT max(id) FROM decisions WHERE picture = p.id AND undone = 0 AND sha256 IS NOT DISTINCT FROM p.sha256)
  WHERE p.id != ? AND p.missing = 0 AND (d.source = 'person' AND d.level = 'point' OR p.file_lat IS NOT NULL)`;

/** Two clocks of the world are at most so far apart. */
const mostOffsetMs = 26 * 3_600_000;

/**
 * What the last picture of a page is sorted by, and its number.
 * @throws GeodriftError `option` for an `after` that no page gave
 */
export function cursorOf(after: string): [at: number, id: number] {
  const [at, id] = after.split("_").map(Number);
  if (!Number.isFinite(at) || !Number.isSafeInteger(id))
    throw new GeodriftError("option", `"after" is what the page before gave, got "${after}"`);
  return [at, id];
}

/** Lists of the index. */
export const lists = (database: Database) => ({
  /**
   * Pictures that are there, a page at a time.
   * @throws GeodriftError `option` for an `after` that no page gave
   */
  async page(filter: PageFilter): Promise<{ pictures: ListedRecord[]; next: string | undefined }> {
    const { order = "number", limit = 100, after } = filter;
    const { sql, values } = conditionOf(filter, database.dialect);
    const where = [sql];
    if (after !== undefined) {
      const [at, id] = cursorOf(after);
      where.push(order === "number" ? "p.id > ?" : `(${orders[order]}, p.id) > (?, ?)`);
      values.push(...(order === "number" ? [id] : [at, id]));
    }
    const rows = await database.rows<Row & { sorted: number }>(
      `SELECT ${columns}, ${orders[order]} AS sorted FROM ${joined} WHERE ${where.join(" AND ")} ORDER BY ${orderSql(order)} LIMIT ?`,
      ...values,
      limit,
    );
    const last = rows.length === limit ? rows[rows.length - 1] : undefined;
    return { pictures: rows.map(recordOf), next: last && `${last.sorted}_${last.id}` };
  },

  /** A picture by its number; undefined if there is none. */
  async one(id: number): Promise<ListedRecord | undefined> {
    const row = await database.row<Row>(`SELECT ${columns} FROM ${joined} WHERE p.id = ?`, id);
    return row && recordOf(row);
  },

  /** Pictures by their numbers, in that order; those that are not there are left out. */
  async several(ids: readonly number[]): Promise<ListedRecord[]> {
    const found = new Map<number, ListedRecord>();
    for (const lot of lots(ids)) {
      const rows = await database.rows<Row>(
        `SELECT ${columns} FROM ${joined} WHERE p.id IN (${marks(lot.length)}) AND p.missing = 0`,
        ...lot,
      );
      for (const row of rows) found.set(row.id, recordOf(row));
    }
    return ids.flatMap((id) => found.get(id) ?? []);
  },

  /** Pictures whose place is known, by their files or by a decision, by folder and path. */
  located: async (): Promise<ListedRecord[]> =>
    (
      await database.rows<Row>(
        `SELECT ${columns} FROM ${joined}
         WHERE p.missing = 0 AND p.state IN ('located', 'accepted', 'written') ORDER BY p.folder, p.path`,
      )
    ).map(recordOf),

  /**
   * What is said of other pictures that were taken within `reachMs` of a time (both milliseconds), the nearest first. Where both
   * offsets are known, the times are those of the world; otherwise the clocks are taken to have been set alike.
   */
  saidAround(
    picture: number,
    { at, utcOffsetMinutes }: { at: number; utcOffsetMinutes: number | null },
    reachMs: number,
    limit: number,
  ): Promise<SaidPlace[]> {
    const apart = "abs(p.taken_at - ?1 - 60000 * coalesce(p.utc_offset_minutes - ?2, 0))";
    return database.rows(
      `${said.replace("p.id != ?", "p.id != ?3")} AND p.taken_at BETWEEN ?4 AND ?5 AND ${apart} <= ?6 ORDER BY ${apart}, p.id LIMIT ?7`,
      at,
      utcOffsetMinutes,
      picture,
      at - reachMs - mostOffsetMs,
      at + reachMs + mostOffsetMs,
      reachMs,
      limit,
    );
  },

  /** What is said of other pictures of a folder, the nearest in time (milliseconds) first. */
  saidInAlbum: (picture: number, folder: number, album: string, time: number, limit: number): Promise<SaidPlace[]> =>
    database.rows(
      `${said} AND p.folder = ? AND p.album = ? ORDER BY abs(coalesce(p.taken_at, 0) - ?), p.id LIMIT ?`,
      picture,
      folder,
      album,
      time,
      limit,
    ),
});
