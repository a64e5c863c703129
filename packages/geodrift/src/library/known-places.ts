/** What the library knows that bears on a picture: pictures of about the same time, of the same folder, a track. */
import type { LatLng } from "@geodrift/core";
import type { Knowledge } from "../locate/known.js";
import type { Library } from "./library.js";
import { aroundTime } from "./tracks.js";

export interface KnownOptions {
  /** Pictures taken so many minutes before or after. */
  timeNeighbours?: number;
  /** Other pictures of the same folder. */
  album?: boolean;
  /** Tracks that were taken in. */
  track?: boolean;
  /** What the camera's clock is ahead of UTC, in minutes, where its files do not say. */
  clockMinutes?: number;
}

export interface KnownPlace extends LatLng {
  /** Of the picture that it is of; absent for points of tracks. */
  picture?: number;
  path?: string;
  /** Between it and the picture. */
  minutes: number;
}

export interface KnownPlaces {
  kind: Extract<Knowledge["kind"], "time-neighbours" | "album" | "track">;
  label: string;
  places: KnownPlace[];
  /** Probability that they say nothing of the picture, where it does not follow from the time between. */
  elsewhere?: number;
}

interface Own {
  folder: number;
  album: string;
  taken_at: number | null;
  utc_offset_minutes: number | null;
  sha256: string | null;
}

/** A person's own track is hardly ever of another day; a folder often holds several journeys. */
const elsewhereOf: Partial<Record<KnownPlaces["kind"], number>> = { track: 0.001, album: 0.1 };

/** More pictures than these say no more. */
const most = 24;

/** Of one folder's pictures without a time: within a day's outing. */
const albumMinutes = { least: 30, most: 600 };

/**
 * Places that files or people say: never a model's own, accepted or not, or one mistake would make the next.
 * A picture without a place of its own has a person's pin where the last decision is one.
 */
const places = `
  SELECT p.id AS picture, p.path, p.taken_at, p.sha256,
    CASE WHEN d.source = 'person' THEN d.lat ELSE p.file_lat END AS lat,
    CASE WHEN d.source = 'person' THEN d.lng ELSE p.file_lng END AS lng
  FROM pictures p LEFT JOIN decisions d ON d.id =
    (SELECT max(id) FROM decisions WHERE picture = p.id AND undone = 0 AND sha256 IS p.sha256)
  WHERE p.id != ? AND p.missing = 0 AND (d.source = 'person' AND d.level = 'point' OR p.file_lat IS NOT NULL)`;

interface Row extends LatLng {
  picture: number;
  path: string;
  taken_at: number | null;
  sha256: string | null;
}

export function knownPlaces(library: Library, id: number, options: KnownOptions): KnownPlaces[] {
  const own = library.row<Own>(
    "SELECT folder, album, taken_at, utc_offset_minutes, sha256 FROM pictures WHERE id = ?",
    id,
  );
  if (!own) throw new Error(`the library has no picture ${id}`);
  const { taken_at: time } = own;
  const all: KnownPlaces[] = [];
  const add = (kind: KnownPlaces["kind"], label: (n: number) => string, found: KnownPlace[]) => {
    const elsewhere = elsewhereOf[kind];
    if (found.length > 0)
      all.push({ kind, label: label(found.length), places: found, ...(elsewhere !== undefined && { elsewhere }) });
  };
  // A copy's place would be the picture's own.
  const others = (rows: Row[]) => rows.filter((r) => r.sha256 === null || r.sha256 !== own.sha256);
  const known = ({ picture, path, lat, lng }: Row, minutes: number) => ({ picture, path, lat, lng, minutes });

  if (options.timeNeighbours !== undefined && time !== null) {
    const reach = 60_000 * options.timeNeighbours;
    const rows = library.rows<Row>(
      `${places} AND p.taken_at BETWEEN ? AND ? ORDER BY abs(p.taken_at - ?) LIMIT ?`,
      id,
      time - reach,
      time + reach,
      time,
      most,
    );
    const found = others(rows).map((r) => known(r, Math.abs((r.taken_at ?? time) - time) / 60_000));
    add("time-neighbours", (n) => `${n} taken within ${Math.ceil(found.at(-1)?.minutes ?? 0)} minutes`, found);
  }
  if (options.album) {
    const rows = library.rows<Row>(
      `${places} AND p.folder = ? AND p.album = ? ORDER BY abs(coalesce(p.taken_at, 0) - ?), p.id LIMIT ?`,
      id,
      own.folder,
      own.album,
      time ?? 0,
      most,
    );
    const found = others(rows).map((r) => {
      const apart = time === null || r.taken_at === null ? albumMinutes.most : Math.abs(r.taken_at - time) / 60_000;
      return known(r, Math.min(albumMinutes.most, Math.max(albumMinutes.least, apart)));
    });
    add("album", (n) => `${n} of the same folder`, found);
  }
  if (options.track && time !== null) {
    const offset = own.utc_offset_minutes ?? options.clockMinutes ?? 0;
    const found = aroundTime(library, time - 60_000 * offset);
    add("track", () => `a track, ${Math.ceil(found[0]?.minutes ?? 0)} minutes away`, found);
  }
  return all;
}
