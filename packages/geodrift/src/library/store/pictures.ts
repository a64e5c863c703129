import { dirname } from "node:path";
import type { LatLng } from "@geodrift/core";
import { type Failure, GeodriftError } from "@geodrift/core/errors";
import { nextState, type PictureEvent, type State } from "../states.js";
import type { Database } from "./database.js";
import { lots, marks } from "./lots.js";

/** What a scan reads of a picture's file and of the sidecars beside it. */
export interface ScannedFile {
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970, when the file was last changed. */
  modified: number;
  /** Milliseconds since 1970, added up over its sidecars; null where there is none. */
  sidecarModified: number | null;
  /** Of the file's bytes, hexadecimal; null where the file could not be read. */
  sha256: string | null;
  /** Pixels, turned as EXIF says. */
  width: number | null;
  /** Pixels, turned as EXIF says. */
  height: number | null;
  /** Milliseconds by the camera's clock. */
  takenAt: number | null;
  /** Minutes that that clock is ahead of UTC. */
  utcOffsetMinutes: number | null;
  /** Where the time comes from, as `timeSources` has it. */
  takenFrom: string | null;
  camera: string | null;
  /** Metres that the place may be off, where the file says so. */
  placeErrorMetres: number | null;
  /** What is said and was not used, with its reason; one sentence each. */
  notes: string[];
  /** What the file or a sidecar says, degrees. */
  recorded: LatLng | null;
  /** Why it is no picture that can be read. */
  failure: Failure | null;
}

/** A picture of the index. */
export interface PictureRecord extends Omit<ScannedFile, "failure"> {
  id: number;
  /** Number of the folder that was added. */
  folder: number;
  /** Absolute path of that folder. */
  root: string;
  /** Relative to the folder. */
  path: string;
  /** Folder within the folder. */
  album: string;
  state: State;
  /** Was it gone when its folder was last scanned? */
  missing: boolean;
}

interface Row extends Omit<PictureRecord, "recorded" | "missing" | "notes"> {
  notes: string | null;
  lat: number | null;
  lng: number | null;
  missing: number;
}

const columns = `p.id, p.folder, f.path AS root, p.path, p.album, p.state, p.size, p.modified,
  p.sidecar_modified AS "sidecarModified", p.sha256, p.width, p.height, p.taken_at AS "takenAt",
  p.utc_offset_minutes AS "utcOffsetMinutes", p.camera, p.file_lat AS lat, p.file_lng AS lng, p.missing,
  p.taken_from AS "takenFrom", p.place_error_metres AS "placeErrorMetres", p.notes`;

const recordOf = ({ lat, lng, missing, notes, ...row }: Row): PictureRecord => ({
  ...row,
  notes: notesOf(notes),
  recorded: lat === null || lng === null ? null : { lat, lng },
  missing: missing !== 0,
});

/** Sentences as a column keeps them. */
export const notesOf = (column: string | null): string[] => (column === null ? [] : (JSON.parse(column) as string[]));

const scannedColumns = `size, modified, sidecar_modified, sha256, width, height, taken_at, utc_offset_minutes, camera, file_lat, file_lng, error,
  error_code, taken_from, place_error_metres, notes`;

const valuesOf = (s: ScannedFile) =>
  [
    s.size,
    s.modified,
    s.sidecarModified,
    s.sha256,
    s.width,
    s.height,
    s.takenAt,
    s.utcOffsetMinutes,
    s.camera,
    s.recorded?.lat ?? null,
    s.recorded?.lng ?? null,
    s.failure?.error ?? null,
    s.failure?.code ?? null,
    s.takenFrom,
    s.placeErrorMetres,
    s.notes.length > 0 ? JSON.stringify(s.notes) : null,
  ] as const;

function missing(id: number): never {
  throw new GeodriftError("not-found", `the library has no picture ${id}`);
}

/** Pictures of the index: what scans know of them, and their states. */
export function pictureTable(database: Database) {
  const select = `SELECT ${columns} FROM pictures p JOIN folders f ON f.id = p.folder`;

  const find = async (id: number): Promise<PictureRecord | undefined> => {
    const row = await database.row<Row>(`${select} WHERE p.id = ?`, id);
    return row && recordOf(row);
  };

  /**
   * A picture by its number.
   * @throws GeodriftError `not-found`
   */
  const get = async (id: number): Promise<PictureRecord> => {
    return (await find(id)) ?? missing(id);
  };

  /**
   * Enters pictures that are new.
   * @returns their numbers, in whatever order
   */
  const addAll = async (
    folder: number,
    pictures: readonly { path: string; scanned: ScannedFile; state: State }[],
  ): Promise<number[]> => {
    const ids: number[] = [];
    for (const lot of lots(pictures)) {
      const rows = await database.rows<{ id: number }>(
        `INSERT INTO pictures (${scannedColumns}, folder, path, album, state)
         VALUES ${lot.map(() => `(${marks(scannedColumns.split(",").length + 4)})`).join(", ")} RETURNING id`,
        ...lot.flatMap(({ path, scanned, state }) => [...valuesOf(scanned), folder, path, dirname(path), state]),
      );
      ids.push(...rows.map((row) => row.id));
    }
    if (ids.length > 0) await database.changed("pictures");
    return ids;
  };

  return {
    find,
    get,
    addAll,

    /**
     * Pictures by their numbers.
     * @throws GeodriftError `not-found` for the first that there is not
     */
    async several(ids: readonly number[]): Promise<PictureRecord[]> {
      const found = new Map<number, PictureRecord>();
      for (const lot of lots(ids))
        for (const row of await database.rows<Row>(`${select} WHERE p.id IN (${marks(lot.length)})`, ...lot))
          found.set(row.id, recordOf(row));
      return ids.map((id) => found.get(id) ?? missing(id));
    },

    /** The pictures at paths of a folder, by path; those that there are. */
    async atPaths(folder: number, paths: readonly string[]): Promise<Map<string, PictureRecord>> {
      const found = new Map<string, PictureRecord>();
      // PostgreSQL's index is of hashes, as paths may be longer than what an index takes.
      const key = (text: string) => (database.dialect === "sqlite" ? text : `md5(${text})`);
      for (const lot of lots(paths))
        for (const row of await database.rows<Row>(
          `${select} WHERE p.folder = ? AND ${key("p.path")} IN (${lot.map(() => key("?")).join(", ")})`,
          folder,
          ...lot,
        ))
          found.set(row.path, recordOf(row));
      return found;
    },

    /**
     * Enters a picture.
     * @returns its number
     */
    async add(folder: number, path: string, scanned: ScannedFile, state: State): Promise<number> {
      const [id] = await addAll(folder, [{ path, scanned, state }]);
      return id;
    },

    /** Enters what a scan has read anew. Estimates of other bytes no longer count. */
    async rescan(id: number, scanned: ScannedFile, sameContent: boolean): Promise<void> {
      await database.run(
        `UPDATE pictures SET size = ?, modified = ?, sidecar_modified = ?, sha256 = ?, width = ?, height = ?, taken_at = ?,
           utc_offset_minutes = ?, camera = ?, file_lat = ?, file_lng = ?, error = ?, error_code = ?, taken_from = ?, place_error_metres = ?,
           notes = ?, missing = 0,
           bits = CASE WHEN ? = 1 THEN bits END
         WHERE id = ?`,
        ...valuesOf(scanned),
        sameContent ? 1 : 0,
        id,
      );
    },

    /**
     * Moves a picture on, as the state machine has it.
     * @returns false where the event does not happen in its state, which stays
     * @throws GeodriftError `not-found`
     */
    async advance(id: number, event: PictureEvent): Promise<boolean> {
      const next = nextState((await get(id)).state, event);
      if (next === undefined) return false;
      await database.run("UPDATE pictures SET state = ? WHERE id = ?", next, id);
      await database.changed("pictures");
      return true;
    },

    /** Moves pictures on, of which the states are known, where the event happens in them. */
    async advanceAll(pictures: readonly Pick<PictureRecord, "id" | "state">[], event: PictureEvent): Promise<void> {
      const to = new Map<State, number[]>();
      for (const { id, state } of pictures) {
        const next = nextState(state, event);
        if (next === undefined) continue;
        if (!to.has(next)) to.set(next, []);
        to.get(next)?.push(id);
      }
      for (const [state, ids] of to)
        for (const lot of lots(ids))
          await database.run(`UPDATE pictures SET state = ? WHERE id IN (${marks(lot.length)})`, state, ...lot);
      if (to.size > 0) await database.changed("pictures");
    },

    /** Notes why a picture cannot be decoded. */
    async failed(id: number, { error, code }: Failure): Promise<void> {
      await database.run("UPDATE pictures SET error = ?, error_code = ? WHERE id = ?", error, code, id);
    },

    /** Notes that pictures are gone, or are there again. */
    async setMissing(ids: readonly number[], missing: boolean): Promise<void> {
      for (const lot of lots(ids))
        await database.run(
          `UPDATE pictures SET missing = ? WHERE id IN (${marks(lot.length)})`,
          missing ? 1 : 0,
          ...lot,
        );
      if (ids.length > 0) await database.changed("pictures");
    },

    /** Notes when a sidecar was changed by us (milliseconds): the next scan need not read it. */
    async sidecarModified(id: number, modified: number | null): Promise<void> {
      await database.run("UPDATE pictures SET sidecar_modified = ? WHERE id = ?", modified, id);
    },

    /** Numbers of the pictures of a folder that are there. */
    present: async (folder: number): Promise<number[]> =>
      (
        await database.rows<{ id: number }>(
          "SELECT id FROM pictures WHERE folder = ? AND missing = 0 ORDER BY id",
          folder,
        )
      ).map((p) => p.id),

    /** Numbers of the pictures in a state that are there. */
    inState: async (state: State): Promise<number[]> =>
      (
        await database.rows<{ id: number }>(
          "SELECT id FROM pictures WHERE missing = 0 AND state = ? ORDER BY id",
          state,
        )
      ).map((p) => p.id),

    /** Pictures that are there, by state; how many are not; how many wait without an estimate. */
    async counts(): Promise<{ byState: { state: State; n: number }[]; missing: number; unestimated: number }> {
      const one = async (sql: string) => (await database.row<{ n: number }>(sql))?.n ?? 0;
      const [byState, missing, unestimated] = await Promise.all([
        database.rows<{ state: State; n: number }>(
          "SELECT state, count(*) AS n FROM pictures WHERE missing = 0 GROUP BY state",
        ),
        one("SELECT count(*) AS n FROM pictures WHERE missing = 1"),
        one("SELECT count(*) AS n FROM pictures WHERE missing = 0 AND state = 'queue' AND bits IS NULL"),
      ]);
      return { byState, missing, unestimated };
    },

    /** Folders within the folders that were added, with their pictures; 2000 at most. */
    albums: (): Promise<{ folder: number; album: string; pictures: number }[]> =>
      database.rows(
        `SELECT folder, album, count(*) AS pictures FROM pictures WHERE missing = 0 GROUP BY folder, album
         ORDER BY folder, album LIMIT 2000`,
      ),
  };
}
