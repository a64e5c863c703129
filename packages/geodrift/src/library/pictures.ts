/** Lists of pictures, page by page, and what is known of one. */
import type { LatLng } from "@geodrift/core";
import type { LocateResult } from "../locate/result.js";
import { certaintySteps, placeText } from "../locate/text.js";
import { formatLatLng } from "../places/format.js";
import { namesOf } from "./decided-place.js";
import { type Decision, decisionFor } from "./decisions.js";
import { estimateOf } from "./estimates.js";
import type { Library } from "./library.js";
import { type Level, type State, states } from "./tables.js";

export interface PictureFilter {
  state?: State;
  folder?: number;
  album?: string;
  /** Part of the path or the camera. */
  text?: string;
  /** Milliseconds by the camera's clock: from, and before. */
  from?: number;
  to?: number;
  /** Pictures whose estimate tells so much, in bits. */
  leastBits?: number;
  /** By number, by time (those without one last), or by what the estimate tells, most first. */
  order?: "number" | "time" | "bits";
  limit?: number;
  /** As the page before gave it. */
  after?: string;
}

export interface ListedPicture {
  id: number;
  path: string;
  folder: number;
  album: string;
  state: State;
  takenAt: number | null;
  camera: string | null;
  width: number | null;
  height: number | null;
  /** Of the file or its sidecar. */
  recorded: LatLng | null;
  error: string | null;
  /** What a person has accepted, in words. */
  decided: { place: string; level: Level; source: "estimate" | "person" } | null;
  estimate: { best: LatLng; place: string; bits: number; radiusKm: number; abstained: boolean; madeAt: number } | null;
}

interface Row {
  id: number;
  path: string;
  folder: number;
  album: string;
  state: State;
  taken_at: number | null;
  camera: string | null;
  width: number | null;
  height: number | null;
  file_lat: number | null;
  file_lng: number | null;
  error: string | null;
  bits: number | null;
  radius_km: number | null;
  made_at: number | null;
  result: string | null;
  level: Level | null;
  source: "estimate" | "person" | null;
  decided_place: string | null;
  lat: number | null;
  lng: number | null;
}

const columns = `p.id, p.path, p.folder, p.album, p.state, p.taken_at, p.camera, p.width, p.height, p.file_lat, p.file_lng,
  p.error, p.bits, e.radius_km, e.made_at, e.result,
  d.level, d.source, d.place AS decided_place, d.lat, d.lng`;

const joined = `pictures p LEFT JOIN estimates e ON e.picture = p.id AND e.sha256 = p.sha256
  LEFT JOIN decisions d ON p.state IN ('accepted', 'written') AND d.id =
    (SELECT max(id) FROM decisions WHERE picture = p.id AND undone = 0)`;

/** What pages are sorted by, as the indices have it; pictures without it come last. */
const orders = {
  number: "p.id",
  time: "coalesce(p.taken_at, 9e15)",
  bits: "coalesce(-p.bits, 1e9)",
} as const;

export function listPictures(
  library: Library,
  filter: PictureFilter,
): { pictures: ListedPicture[]; next: string | undefined } {
  const { order = "number", limit = 100, after } = filter;
  const key = orders[order];
  const where = ["p.missing = 0"];
  const values: (string | number)[] = [];
  const add = (sql: string, ...more: (string | number)[]) => {
    where.push(sql);
    values.push(...more);
  };
  if (filter.state !== undefined) add("p.state = ?", filter.state);
  if (filter.folder !== undefined) add("p.folder = ?", filter.folder);
  if (filter.album !== undefined) add("p.album = ?", filter.album);
  if (filter.text) {
    const like = `%${filter.text.replace(/[\\%_]/g, "\\$&")}%`;
    add("(p.path LIKE ? ESCAPE '\\' OR p.camera LIKE ? ESCAPE '\\')", like, like);
  }
  if (filter.from !== undefined) add("p.taken_at >= ?", filter.from);
  if (filter.to !== undefined) add("p.taken_at < ?", filter.to);
  if (filter.leastBits !== undefined) add("p.bits >= ?", filter.leastBits);
  if (after !== undefined) {
    const [at, id] = after.split("_").map(Number);
    if (!Number.isFinite(at) || !Number.isFinite(id))
      throw new Error(`"after" is what the page before gave, got "${after}"`);
    if (order === "number") add("p.id > ?", id);
    else add(`(${key}, p.id) > (?, ?)`, at, id);
  }
  const rows = library.rows<Row & { sorted: number }>(
    `SELECT ${columns}, ${key} AS sorted FROM ${joined} WHERE ${where.join(" AND ")} ORDER BY ${key === "p.id" ? key : `${key}, p.id`} LIMIT ?`,
    ...values,
    limit,
  );
  const last = rows.length === limit ? rows[rows.length - 1] : undefined;
  return { pictures: rows.map(listed), next: last && `${last.sorted}_${last.id}` };
}

function listed(row: Row): ListedPicture {
  const {
    taken_at: takenAt,
    file_lat: lat,
    file_lng: lng,
    bits,
    radius_km: radiusKm,
    made_at: madeAt,
    result,
    ...rest
  } = row;
  const { id, path, folder, album, state, camera, width, height, error } = rest;
  const recorded = lat === null || lng === null ? null : { lat, lng };
  let estimate: ListedPicture["estimate"] = null;
  if (result !== null && bits !== null && radiusKm !== null && madeAt !== null) {
    const { best, place } = JSON.parse(result) as LocateResult;
    estimate = { best, place: placeText(place), bits, radiusKm, abstained: bits < certaintySteps[0].below, madeAt };
  }
  return {
    id,
    path,
    folder,
    album,
    state,
    takenAt,
    camera,
    width,
    height,
    recorded,
    error,
    decided: decidedOf(row),
    estimate,
  };
}

function decidedOf({ level, source, decided_place, lat, lng }: Row): ListedPicture["decided"] {
  if (level === null || source === null || decided_place === null || lat === null || lng === null) return null;
  const named = placeText(namesOf({ level, place: JSON.parse(decided_place) }));
  return {
    place: level === "point" ? [formatLatLng({ lat, lng }), named].filter(Boolean).join(", ") : named,
    level,
    source,
  };
}

export interface PictureDetail extends ListedPicture {
  sha256: string | null;
  result: LocateResult | null;
  decision: (Decision["decided"] & { kind: Decision["kind"] }) | { kind: Decision["kind"] } | null;
}

/** @throws Error if there is none of that number */
export function pictureDetail(library: Library, id: number): PictureDetail {
  const row = library.row<Row & { sha256: string | null }>(
    `SELECT ${columns}, p.sha256 FROM ${joined} WHERE p.id = ?`,
    id,
  );
  if (!row) throw new Error(`the library has no picture ${id}`);
  const decision = decisionFor(library, id);
  return {
    ...listed(row),
    sha256: row.sha256,
    result: estimateOf(library, id)?.result ?? null,
    decision: decision ? { ...(decision.kind === "accept" ? decision.decided : {}), kind: decision.kind } : null,
  };
}

export interface Overview {
  counts: Record<State, number>;
  missing: number;
  folders: { id: number; path: string; scannedAt: number | null; pictures: number }[];
  /** Pictures in the queue that no model has looked at yet. */
  unestimated: number;
}

export function overview(library: Library): Overview {
  const counts = Object.fromEntries(states.map((s) => [s, 0])) as Record<State, number>;
  for (const { state, n } of library.rows<{ state: State; n: number }>(
    "SELECT state, count(*) AS n FROM pictures WHERE missing = 0 GROUP BY state",
  ))
    counts[state] = n;
  const one = (sql: string) => library.row<{ n: number }>(sql)?.n ?? 0;
  return {
    counts,
    missing: one("SELECT count(*) AS n FROM pictures WHERE missing = 1"),
    folders: library
      .rows<{ id: number; path: string; scanned_at: number | null; n: number }>(
        `SELECT f.id, f.path, f.scanned_at, count(p.id) AS n FROM folders f
         LEFT JOIN pictures p ON p.folder = f.id AND p.missing = 0 GROUP BY f.id ORDER BY f.path`,
      )
      .map(({ id, path, scanned_at: scannedAt, n: pictures }) => ({ id, path, scannedAt, pictures })),
    unestimated: one("SELECT count(*) AS n FROM pictures WHERE missing = 0 AND state = 'queue' AND bits IS NULL"),
  };
}

/** Folders within the folders that were added, with their pictures. */
export const albums = (library: Library): { folder: number; album: string; pictures: number }[] =>
  library.rows(
    `SELECT folder, album, count(*) AS pictures FROM pictures WHERE missing = 0 GROUP BY folder, album
     ORDER BY folder, album LIMIT 2000`,
  );
