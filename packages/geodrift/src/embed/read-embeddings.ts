/** A table of embeddings in memory, all of it or one part of a split. */
import { type LatLng, toVec3 } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import type { RowRange } from "../files/open-parquet.js";
import type { Part } from "../split/split.js";
import { readSplit } from "../split/split-file.js";
import { type EmbeddingsFile, openEmbeddings } from "./embeddings-file.js";

/** A table of embeddings in memory; arrays are in the order of its rows. */
export interface TableOfEmbeddings {
  about: EmbeddingsFile;
  /** Ids of the rows, [n]. */
  ids: string[];
  /** Degrees, [n]. */
  places: LatLng[];
  /** The source's own columns of every row, in the order of `about.columns`. */
  labels: (string | null)[][];
  /** Embeddings, [n, width], or those of the rows that were asked for. */
  embeddings: Float32Array;
}

/** Reads the ids and places (degrees) of all rows. */
export async function readPlacesOf(file: EmbeddingsFile): Promise<{ ids: string[]; places: LatLng[] }> {
  const [ids, places]: [string[], LatLng[]] = [[], []];
  for await (const rows of file.rows({ from: 0, to: 0 }))
    for (const { id, lat, lng } of rows) {
      ids.push(id);
      places.push({ lat, lng });
    }
  return { ids, places };
}

/**
 * Reads a table of embeddings into memory.
 * @param split the split's file and the parts that are wanted; all rows if left out
 * @param within embeddings are read of rows from … to − 1 of those alone; of all, if left out
 * @throws GeodriftError `data` for a file that is no such table, a split of another, or nothing left; `not-found` or
 * `file` if one cannot be read
 */
export async function readEmbeddings(
  path: string,
  split?: { file: string; parts: readonly Part[] },
  within?: RowRange,
): Promise<TableOfEmbeddings> {
  const about = await openEmbeddings(path);
  const part = split && (await readSplit(split.file, (await readPlacesOf(about)).ids));
  const chosen = Array.from({ length: about.length }, (_, i) => i).filter(
    (i) => !part || split.parts.includes(part[i]),
  );
  if (chosen.length === 0)
    throw new GeodriftError("data", `${path}: holds no rows${split ? ` of the part ${split.parts.join(", ")}` : ""}`);
  const from = within?.from ?? 0;
  const to = Math.min(chosen.length, within?.to ?? chosen.length);
  const out: TableOfEmbeddings = {
    about,
    ids: [],
    places: [],
    labels: [],
    embeddings: new Float32Array(Math.max(0, to - from) * about.width),
  };
  let row = 0;
  for await (const rows of about.rows(to > from ? { from: chosen[from], to: chosen[to - 1] + 1 } : { from: 0, to: 0 }))
    for (const { id, lat, lng, labels, embedding } of rows) {
      const n = out.ids.length;
      if (row++ !== chosen[n]) continue;
      if (n >= from && n < to) out.embeddings.set(embedding, (n - from) * about.width);
      out.ids.push(id);
      out.places.push({ lat, lng });
      out.labels.push([...labels]);
    }
  return out;
}

/** Places in degrees as unit vectors, [n, 3]. */
export const vectorsOf = (places: readonly LatLng[]): Float64Array => {
  const out = new Float64Array(3 * places.length);
  places.forEach((place, i) => {
    out.set(toVec3(place), 3 * i);
  });
  return out;
};
