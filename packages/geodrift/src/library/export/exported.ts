/** What leaves the library: pictures whose place is known, and who says so. */
import { namePlace } from "../../locate/result.js";
import { gazetteer } from "../../places/bundled-towns.js";
import { type DecidedPlace, georeferenceOf, namesOf } from "../decided-place.js";
import type { Library } from "../library.js";
import type { Level } from "../tables.js";
import type { ExportedPicture } from "./exported-picture.js";
import { obscured } from "./obscure.js";

interface Row {
  path: string;
  sha256: string | null;
  taken_at: number | null;
  camera: string | null;
  file_lat: number | null;
  file_lng: number | null;
  kind: string | null;
  level: Level;
  lat: number;
  lng: number;
  radius_km: number;
  source: DecidedPlace["source"];
  place: string | null;
  model: string | null;
  known: string | null;
  at: number;
}

/** A person's word comes before the file's, and an estimate counts only if it was accepted. */
export function exportedPictures(library: Library, { obscure = false } = {}): ExportedPicture[] {
  const rows = library.rows<Row>(
    `SELECT p.path, p.sha256, p.taken_at, p.camera, p.file_lat, p.file_lng,
       d.kind, d.level, d.lat, d.lng, d.radius_km, d.source, d.place, d.model, d.known, d.at
     FROM pictures p LEFT JOIN decisions d ON p.state IN ('accepted', 'written') AND d.id =
       (SELECT max(id) FROM decisions WHERE picture = p.id AND undone = 0)
     WHERE p.missing = 0 AND p.state IN ('located', 'accepted', 'written') ORDER BY p.folder, p.path`,
  );
  const pictures = rows.flatMap((row) => exported(row) ?? []);
  return obscure ? pictures.map(obscured) : pictures;
}

function exported(row: Row): ExportedPicture | undefined {
  const { path, sha256, taken_at: takenAt, camera, file_lat: lat, file_lng: lng } = row;
  const about = { path, sha256, takenAt, camera };
  // A place that has come into the file since beats an estimate.
  const stands = row.source === "person" || lat === null;
  if (row.kind === "accept" && row.place !== null && stands) {
    const { level, source, at } = row;
    const point = { lat: row.lat, lng: row.lng };
    const decided = {
      ...point,
      level,
      radiusKm: row.radius_km,
      source,
      place: JSON.parse(row.place),
      model: row.model ?? undefined,
      known: row.known ?? undefined,
      at,
    };
    const names = namesOf(decided);
    const georeference = georeferenceOf(decided);
    if (level !== "point") return { ...about, source, level, names, georeference };
    return { ...about, source, level, names, georeference, point, uncertaintyMetres: Math.round(1000 * row.radius_km) };
  }
  if (lat === null || lng === null) return undefined;
  const georeference = { georeferenceProtocol: "metadata of the picture's file" };
  const point = { lat, lng };
  const names = namesOf({ level: "point", place: namePlace(point, gazetteer()) });
  return { ...about, source: "file", level: "point", point, names, georeference };
}
