/** What leaves the library: pictures whose place is known, and who says so. */
import { namePlace } from "../../locate/result.js";
import { gazetteer } from "../../places/bundled-towns.js";
import { georeferenceOf, namesOf } from "../decided-place.js";
import type { Library } from "../library.js";
import type { ListedRecord } from "../store/lists.js";
import type { ExportedPicture } from "./exported-picture.js";
import { obscured } from "./obscure.js";

/**
 * Pictures whose place is known, by folder and path. A person's word comes before the file's, and an estimate counts only
 * if it was accepted.
 * @param options `obscure` gives cells of 0.2 degrees in place of points
 */
export async function exportedPictures({ store }: Library, { obscure = false } = {}): Promise<ExportedPicture[]> {
  const pictures = (await store.lists.located()).flatMap((record) => exported(record) ?? []);
  return obscure ? pictures.map(obscured) : pictures;
}

function exported({ path, sha256, takenAt, camera, recorded, decision }: ListedRecord): ExportedPicture | undefined {
  const about = { path, sha256, takenAt, camera };
  // A place that has come into the file since beats an estimate.
  if (decision?.kind === "accept" && (decision.decided.source === "person" || !recorded)) {
    const { decided } = decision;
    const { level, source, lat, lng, radiusKm } = decided;
    const said = { ...about, source, level, names: namesOf(decided), georeference: georeferenceOf(decided) };
    if (level !== "point") return said;
    return { ...said, point: { lat, lng }, uncertaintyMetres: Math.round(1000 * radiusKm) };
  }
  if (!recorded) return undefined;
  const georeference = { georeferenceProtocol: "metadata of the picture's file" };
  const names = namesOf({ level: "point", place: namePlace(recorded, gazetteer()) });
  return { ...about, source: "file", level: "point", point: recorded, names, georeference };
}
